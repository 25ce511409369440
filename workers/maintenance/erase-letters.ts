// Erasing a user's events from dead letters: messages that could not be counted, and may be replayed.
import type { StampedEvent } from "../domain/events/event";
import { rawKey } from "../domain/lake/keys";
import { toParquet } from "../domain/lake/parquet";
import type { AnyArrival } from "../domain/visits/arrival";
import { type EventMessage, type PackedMessage, readMessage, type UnstampedMessage } from "../domain/visits/message";
import { unpackEvent } from "../domain/visits/packed";
import { countedAmong } from "../storage/counts/counts";
import { deadLetterIds, loadDeadLetter } from "../storage/lake/dead-letters";
import { discardStatement, GRACE_MS } from "../storage/lake/garbage";
import { isOf, type Person } from "./erase-events";
import type { LakeEnv } from "./merge-unit";

/** Letters looked at; who has more of them has another trouble first. */
const MOST_LETTERS = 10_000;

interface Rest {
  body: PackedMessage | UnstampedMessage;
  removed: number;
}

/** Nobody has looked up yet to whom the stored id of an unnamed event belongs. */
const isArrivalOf = ({ user_id, browsers, visitors }: Person, { user_id: named, stored }: AnyArrival): boolean =>
  named === null
    ? stored !== undefined && (browsers.includes(stored.id) || visitors.includes(stored.id))
    : named === user_id;

/** The message without the person's events, as the queue carries it; null when it has none. */
function without(text: string, message: EventMessage, person: Person): Rest | null {
  if (message.kind === "stamped") {
    const packed = JSON.parse(text) as PackedMessage;
    const events = packed.events.filter((_, place) => !isOf(person, message.events[place]!));
    const removed = packed.events.length - events.length;
    return removed === 0 ? null : { body: { ...packed, events }, removed };
  }
  const arrivals = message.batch.arrivals.filter((arrival) => !isArrivalOf(person, arrival));
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
export async function eraseFromLetters(env: LakeEnv, siteId: string, person: Person, now: number): Promise<number> {
  let removed = 0;
  for (const id of await deadLetterIds(env.DB, siteId, undefined, MOST_LETTERS)) {
    const letter = await loadDeadLetter(env, siteId, id);
    const message = letter && messageOf(letter.message);
    const rest = message && without(letter.message, message, person);
    if (!letter || !rest) continue;
    await eraseFromAttempt(env, message, rest, now);
    await env.LAKE.put(letter.row.key, JSON.stringify({ ...letter.row, message: JSON.stringify(rest.body) }));
    removed += rest.removed;
  }
  return removed;
}

/** Null where it cannot be read: nobody will ever count it, and the owner sees it among the letters. */
function messageOf(text: string): EventMessage | null {
  try {
    return readMessage(text);
  } catch {
    return null;
  }
}
