// Visitor ids: a keyed hash, under a random salt of the local day, of the keyed hash that collect makes of address and
// agent. With the salt gone nobody can tell who it was.
import { randomBytes } from "node:crypto";
import type { Arrival } from "../workers/domain/events/event";
import { addDays, localDate } from "../workers/domain/time/zone";
import { forgetSecrets, keyedHash } from "../workers/domain/visitors/keyed-hash";
import type { HubProperty } from "../workers/domain/visits/hub";
import { visitorOf } from "../workers/domain/visits/order/visitors";
import { VISIT_GAP } from "../workers/domain/visits/visit";
import { personOfUser } from "../workers/storage/visitors/person";
import type { Journal } from "./journal";

/** Salts are destroyed after this time (ms), which covers the day and the visits that cross its midnight. */
export const SALT_LIFE = 48 * 3_600_000;

/** Whom an event is about, as far as its sender knows. */
export type Who = Pick<Arrival, "event_time" | "user_id" | "keys" | "stored" | "by_page" | "unnamed">;

/** Remembered visitor ids, at about 300 bytes each. */
const MOST_IDS = 4_000;

/** The ids of an event's visitor, as Moment has them. */
export interface VisitorIds {
  date: string;
  visitor: string | null;
  /** The other id that the visitor might have, where a page names a user. */
  other: string | null;
  /** The id without the user; null where only a server knows the user. */
  unnamed: string | null;
  yesterday: () => string[];
  /** Of an event in the last half hour of its day. */
  tomorrow: () => string[];
  /** The id of the day before without a user, in the first half hour of the day. */
  before: () => string | null;
}

interface Salt {
  salt: string;
  made: number;
}

export class Salts {
  private readonly journal: Journal;
  private readonly salts: Map<string, Salt>;

  constructor(journal: Journal) {
    this.journal = journal;
    this.salts = new Map(Object.entries(journal.readMeta<Record<string, Salt>>("salts") ?? {}));
  }

  /** Ids of recent visitors: one hash per visitor instead of one per event. */
  private ids = new Map<string, string>();

  private write(): void {
    this.journal.writeMeta("salts", Object.fromEntries(this.salts));
  }

  /** The salt of a date. Makes one if it is missing and `make` is set. */
  private saltOf(date: string, now: number, make: boolean): string | null {
    const known = this.salts.get(date);
    if (known && known.made > now - SALT_LIFE) return known.salt;
    if (!make) return null;
    // The alarm may be late. The new salt must not leave the ids of the old one in memory.
    if (known) this.expire(now);
    const salt = randomBytes(16).toString("hex");
    this.salts.set(date, { salt, made: now });
    this.write();
    return salt;
  }

  /** Destroys expired salts. Returns when the next one expires, or null if none is left. */
  expire(now: number): number | null {
    const before = this.salts.size;
    for (const [date, { made }] of this.salts) if (made <= now - SALT_LIFE) this.salts.delete(date);
    if (this.salts.size < before) {
      // The ids made with these salts must be forgotten too.
      this.ids.clear();
      forgetSecrets();
      this.write();
    }
    const oldest = Math.min(...[...this.salts.values()].map(({ made }) => made));
    return Number.isFinite(oldest) ? oldest + SALT_LIFE : null;
  }

  /**
   * The id of a cookieless visitor on a date: 96 bits. Null when the date has no salt and none may be made.
   * @param key the visitor's key of that date; null where no visit of that date can matter.
   */
  idFor(siteId: string, key: string | null, date: string, now: number, make: boolean): string | null {
    const salt = key === null ? null : this.saltOf(date, now, make);
    if (salt === null) return null;
    const who = `${salt}\n${key}`;
    const known = this.ids.get(who);
    if (known !== undefined) return known;
    if (this.ids.size >= MOST_IDS) this.ids.clear();
    const id = keyedHash(salt, `${siteId}\n${key}`);
    this.ids.set(who, id);
    return id;
  }

  /**
   * The ids of an event's visitor. `visitor` is null where the day has no salt and may not get one.
   * @param book the visitors whom the hub knows.
   */
  idsFor(
    { event_time, user_id, keys, stored, by_page, unnamed: given }: Who,
    { site_id, timezone }: HubProperty,
    book: { knows(date: string, visitor: string): boolean },
    now: number,
    make = false,
  ): VisitorIds {
    const date = localDate(event_time, timezone);
    const user = user_id === null ? null : personOfUser(site_id, user_id);
    // On the day a stored id is made, the visitor arrived without it and keeps the cookieless id.
    const keyOn = (day: string): string | null => {
      if (day === date) return keys.today;
      return day < date ? keys.yesterday : (keys.tomorrow ?? null);
    };
    const unnamedOn = (day: string, make: boolean): string | null => {
      if (stored && day > stored.made) return stored.id;
      if (given) return day === date ? given.today : day < date ? given.yesterday : given.tomorrow;
      return this.idFor(site_id, keyOn(day), day, now, make);
    };
    const idsOn = (day: string): string[] => {
      if (user !== null && !by_page) return [user];
      return [user, unnamedOn(day, false)].filter((id) => id !== null);
    };
    const unnamed = user === null || by_page ? unnamedOn(date, make) : null;
    const isNamed = user !== null && unnamed !== null;
    const visitor = isNamed ? visitorOf({ user, unnamed }, (id) => book.knows(date, id)) : (user ?? unnamed);
    const beside = (ms: number) => localDate(event_time + ms, timezone);
    const yesterday = () => idsOn(addDays(date, -1));
    return {
      date,
      visitor,
      other: isNamed ? (visitor === user ? unnamed : user) : null,
      unnamed,
      yesterday,
      tomorrow: () => (beside(VISIT_GAP) > date ? idsOn(addDays(date, 1)) : []),
      // Two days of a visitor can be linked where a visit may go over midnight, and nowhere else.
      before: () => (beside(-VISIT_GAP) < date ? (yesterday().at(-1) ?? null) : null),
    };
  }
}
