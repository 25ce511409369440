// Messages that the queue has taken and that D1 has no receipt for yet. A queue can lose a message, and the local one
// forgets everything when its process dies, so the hub keeps the rows of these messages and may send them again.

/** A message that was sent again and still has no receipt is given up this long (ms) after it was first sent. */
const GIVE_UP = 24 * 3_600_000;
/**
 * A message that old (ms) is not sent again: housekeeping may have deleted its receipt, and then it would count twice.
 * Only a hub that slept for days with a message unconfirmed gets there, as on a laptop that was switched off.
 */
export const TOO_OLD = 7 * 24 * 3_600_000;
/**
 * Messages that a hub keeps without a receipt: at most 480 MB on disk and 2 MB in memory. At 100 events a second that is
 * an outage of some three hours. Beyond it the hub trusts the queue with the oldest.
 */
export const MOST_UNCONFIRMED = 4_000;

export interface SentMessage {
  /** Range of journal positions. */
  from: number;
  to: number;
  /** When it was sent for the first and for the last time (ms). */
  first: number;
  last: number;
  /** Nothing in it was accepted before this time (ms). */
  since: number;
  /** Where the rows are, by position. Four bytes a row: a backlog may have hundreds of thousands. */
  slots: Uint32Array;
}

/** As it is stored. A hub of an earlier version did not know since when. */
export type StoredMessage = [from: number, to: number, first: number, last: number, since?: number];

/** A slot that no row has. */
const NOWHERE = 0xffff_ffff;

export const toStored = ({ from, to, first, last, since }: SentMessage): StoredMessage => [
  ...([from, to, first, last] as const),
  since,
];

export const fromStored = ([from, to, first, last, since = 0]: StoredMessage): SentMessage => ({
  ...{ from, to, first, last, since },
  slots: new Uint32Array(to - from + 1).fill(NOWHERE),
});

/**
 * When to send a message again. The wait doubles each time (10, 20, 40 minutes …), so that a consumer that is down for
 * hours finds seven copies of a message at most, not a hundred.
 * @param wait ms that a message may be on its way; see RESEND_SECONDS in wrangler.toml.
 */
export const dueAt = ({ first, last }: Pick<SentMessage, "first" | "last">, wait: number): number =>
  last + (last - first) + wait;

/** When to give a message up: after a day, but never before it was sent again and had the time to be counted. */
export const giveUpAt = ({ first, last }: Pick<SentMessage, "first" | "last">, wait: number): number =>
  last > first ? Math.max(first + GIVE_UP, last + wait) : first + TOO_OLD;

/** The message that holds a position, in a list sorted by position. */
export function messageWith(messages: readonly SentMessage[], n: number): SentMessage | null {
  let low = 0;
  let high = messages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const message = messages[middle]!;
    if (n < message.from) high = middle - 1;
    else if (n > message.to) low = middle + 1;
    else return message;
  }
  return null;
}

/** The slot of a position; null when no message holds it. */
export function slotIn(messages: readonly SentMessage[], n: number): number | null {
  const message = messageWith(messages, n);
  const slot = message ? message.slots[n - message.from]! : NOWHERE;
  return slot === NOWHERE ? null : slot;
}
