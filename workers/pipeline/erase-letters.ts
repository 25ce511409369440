// Erasing a user's events from dead letters: messages that could not be counted, and may be replayed.
import { type EventMessage, type PackedMessage, readMessage } from "../domain/message";
import { deadLetterIds, loadDeadLetter } from "../storage/dead-letters";
import { isOf, type Person } from "./erase-events";
import type { LakeEnv } from "./merge-unit";

/** Letters looked at; who has more of them has another trouble first. */
const MOST_LETTERS = 10_000;

/** The message without the person's events, as the queue carries it; null when it has none. */
function without(text: string, message: EventMessage, person: Person): { body: unknown; removed: number } | null {
  if (message.kind === "stamped") {
    const packed = JSON.parse(text) as PackedMessage;
    const events = packed.events.filter((_, place) => !isOf(person, message.events[place]!));
    const removed = packed.events.length - events.length;
    return removed === 0 ? null : { body: { ...packed, events }, removed };
  }
  const arrivals = message.batch.arrivals.filter(({ user_id }) => user_id !== person.user_id);
  const removed = message.batch.arrivals.length - arrivals.length;
  return removed === 0 ? null : { body: { ...message, batch: { ...message.batch, arrivals } }, removed };
}

/** Takes the person's events out of a property's dead letters; ids stay, so that a replay counts the others once. @returns events. */
export async function eraseFromLetters(env: LakeEnv, siteId: string, person: Person): Promise<number> {
  let removed = 0;
  for (const id of await deadLetterIds(env.DB, siteId, undefined, MOST_LETTERS)) {
    const letter = await loadDeadLetter(env, siteId, id);
    const message = letter && messageOf(letter.message);
    const rest = message && without(letter.message, message, person);
    if (!letter || !rest) continue;
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
