// Erasing a user's events from dead letters: messages that could not be counted, and may be replayed.
import type { StampedEvent } from "../../domain/events/event";
import { rawKey } from "../../domain/lake/keys";
import { toParquet } from "../../domain/lake/parquet";
import type { AnyArrival } from "../../domain/visits/arrival";
import { type EventMessage, type PackedMessage, readMessage, type UnstampedMessage } from "../../domain/visits/message";
import type { BrowserNames } from "../../domain/visits/names";
import { unpackEvent } from "../../domain/visits/packed";
import { countedAmong } from "../../storage/counts/counts";
import { deadLetterIds, loadDeadLetter } from "../../storage/lake/dead-letters";
import { discardStatement, GRACE_MS } from "../../storage/lake/garbage";
import { personOfUser } from "../../storage/visitors/person";
import type { LakeEnv } from "../merge-unit";
import { isOf, type Person } from "./events";
import { type KnownNames, NamesFound, noteNaming } from "./names";

/** Letters that are read. More than this many is a failure that needs attention first. */
const MOST_LETTERS = 10_000;

interface Rest {
  body: PackedMessage | UnstampedMessage;
  removed: number;
}

/** No hub has looked up yet to whom the stored id of an unnamed event belongs: this does as it would. */
function isArrivalOf(person: Person, arrival: AnyArrival, names: KnownNames): boolean {
  const { user_id, stored, event_time } = arrival;
  if (user_id !== null) return user_id === person.user_id;
  if (!stored || !(person.browsers.includes(stored.id) || person.visitors.includes(stored.id))) return false;
  return names.isOf(person.person_id, stored.id, event_time);
}

/** The message without the person's events, as the queue carries it; null when it has none. */
function without(text: string, message: EventMessage, person: Person, names: KnownNames): Rest | null {
  if (message.kind === "stamped") {
    const packed = JSON.parse(text) as PackedMessage;
    const events = packed.events.filter((_, place) => !isOf(person, message.events[place]!));
    const removed = packed.events.length - events.length;
    return removed === 0 ? null : { body: { ...packed, events }, removed };
  }
  const arrivals = message.batch.arrivals.filter((arrival) => !isArrivalOf(person, arrival, names));
  const removed = message.batch.arrivals.length - arrivals.length;
  return removed === 0 ? null : { body: { ...message, batch: { ...message.batch, arrivals } }, removed };
}

/**
 * The object that an attempt to count the message may have written before it failed. Nobody lists it, so no pass over the
 * lake finds it, and a replay would take it as it is.
 */
async function eraseFromAttempt(env: LakeEnv, message: EventMessage, { body }: Rest, now: number): Promise<void> {
  if (message.kind !== "stamped" || body.kind !== "stamped") return;
  const { id, site_id } = message;
  const keyOf = (events: readonly StampedEvent[]) => events[0] && rawKey(site_id, events[0].local_date, id);
  const key = keyOf(message.events);
  if (!key || (await countedAmong(env.DB, [id])).has(id) || !(await env.LAKE.head(key))) return;
  const events = body.events.map(unpackEvent);
  if (keyOf(events) === key) await env.LAKE.put(key, toParquet(events));
  else await discardStatement(env.DB, site_id, [key], now + GRACE_MS).run();
}

/** Takes the person's events out of a property's dead letters; ids stay, so that a replay counts the others once. @returns events. */
export async function eraseFromLetters(
  env: LakeEnv,
  siteId: string,
  person: Person,
  names: KnownNames,
  now: number,
): Promise<number> {
  let removed = 0;
  for await (const { letter, message } of lettersOf(env, siteId)) {
    const rest = without(letter.message, message, person, names);
    if (!rest) continue;
    await eraseFromAttempt(env, message, rest, now);
    await env.LAKE.put(letter.row.key, JSON.stringify({ ...letter.row, message: JSON.stringify(rest.body) }));
    removed += rest.removed;
  }
  return removed;
}

/** Names that the property's dead letters give to browsers which the person used, by what is known or by a letter. */
export async function namesInLetters(env: LakeEnv, siteId: string, person: Person): Promise<BrowserNames[]> {
  const found = new NamesFound();
  for await (const { message } of lettersOf(env, siteId)) {
    if (message.kind === "stamped") for (const event of message.events) noteNaming(found, event);
    else
      for (const { user_id, stored, by_page, event_time } of message.batch.arrivals)
        if (user_id !== null && stored && by_page)
          found.note({ stored: stored.id, person: personOfUser(siteId, user_id), event_time });
  }
  return found.of(person.person_id, new Set([...person.browsers, ...person.visitors]));
}

async function* lettersOf(env: LakeEnv, siteId: string) {
  for (const id of await deadLetterIds(env.DB, siteId, undefined, MOST_LETTERS)) {
    const letter = await loadDeadLetter(env, siteId, id);
    const message = letter && messageOf(letter.message);
    if (message) yield { letter, message };
  }
}

/** Null where it cannot be read: nobody will ever count it, and the owner sees it among the letters. */
function messageOf(text: string): EventMessage | null {
  try {
    return readMessage(text);
  } catch {
    return null;
  }
}
