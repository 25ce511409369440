// Which event ids were seen within the last day: an exact set of 64-bit hashes, 8 bytes an id at rest. Two ids in four
// million share a hash with a chance of one in two million.

import type { Event } from "../events/event";
import { hash64 } from "../events/hash";

export { hash64 };

/** Ids are forgotten by generations of this length (ms), the oldest when all of it is more than a day ago. */
const GENERATION = 6 * 3_600_000;
const DAY = 86_400_000;

/** Open addressing over pairs of 32-bit words; the pair 0,0 marks an empty place. */
export class HashTable {
  words = new Uint32Array(2 * 256);
  size = 0;

  /** Adds a hash. False when it was there. */
  add(high: number, low: number): boolean {
    const mask = this.words.length / 2 - 1;
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const at = place * 2;
      if (this.words[at] === 0 && this.words[at + 1] === 0) {
        this.words[at] = high;
        this.words[at + 1] = low;
        this.size += 1;
        if (this.size * 3 > mask * 2) this.grow();
        return true;
      }
      if (this.words[at] === high && this.words[at + 1] === low) return false;
    }
  }

  has(high: number, low: number): boolean {
    const mask = this.words.length / 2 - 1;
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const at = place * 2;
      if (this.words[at] === high && this.words[at + 1] === low) return true;
      if (this.words[at] === 0 && this.words[at + 1] === 0) return false;
    }
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(old.length * 2);
    this.size = 0;
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at]!;
      const low = old[at + 1]!;
      if (high || low) this.add(high, low);
    }
  }
}

/**
 * What is noted of an event: its id, in a space of its own where the sender showed no key. So a stranger who guesses the
 * id of a server's event does not make it a duplicate. No id holds a line break. Ids of events with a key are noted as
 * they are, as earlier versions noted all ids.
 */
export const seenId = ({ event_id, anonymous }: Pick<Event, "event_id" | "anonymous">): string =>
  anonymous ? `\n${event_id}` : event_id;

export interface Seen {
  generations: Map<number, HashTable>;
  /** Hashes added since the last checkpoint, as pairs, by generation. */
  fresh: Map<number, number[]>;
}

export const emptySeen = (): Seen => ({ generations: new Map(), fresh: new Map() });
const generationAt = (now: number): number => Math.floor(now / GENERATION);
/** Generations before this one hold nothing of the last day. */
export const oldestGeneration = (now: number): number => generationAt(now - DAY);

function tableOf(seen: Seen, generation: number): HashTable {
  let table = seen.generations.get(generation);
  if (!table) {
    table = new HashTable();
    seen.generations.set(generation, table);
  }
  return table;
}

/** Whether an id was seen within the last day. */
export function wasSeen(seen: Seen, id: string, now: number): boolean {
  const oldest = oldestGeneration(now);
  const [high, low] = hash64(id);
  return [...seen.generations].some(([generation, table]) => generation >= oldest && table.has(high, low));
}

/** Notes an id. False when it was seen within the last day. */
export function noteSeen(seen: Seen, id: string, now: number): boolean {
  const oldest = oldestGeneration(now);
  const [high, low] = hash64(id);
  for (const [generation, table] of seen.generations) {
    if (generation < oldest) seen.generations.delete(generation);
    else if (table.has(high, low)) return false;
  }
  const generation = generationAt(now);
  tableOf(seen, generation).add(high, low);
  const fresh = seen.fresh.get(generation);
  if (fresh) fresh.push(high, low);
  else seen.fresh.set(generation, [high, low]);
  return true;
}

/** Puts back what a checkpoint kept. */
export function restoreSeen(seen: Seen, generation: number, hashes: Uint32Array): void {
  const table = tableOf(seen, generation);
  for (let at = 0; at < hashes.length; at += 2) table.add(hashes[at]!, hashes[at + 1]!);
}
