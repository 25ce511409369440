// Results that an Analyst has already counted, by a key that names everything they depend on. Entries never become wrong,
// only unreachable, and the least recently used ones make room.
import type { Keys } from "../../workers/domain/analysis/scan/persons";

/** The rows of an ask, packed, and the number of actions in the range. */
export interface Result {
  rows: string;
  /** The people of each row, where the ask is for people. */
  people: readonly Keys[] | null;
  scanned: number;
}

/** An Analyst keeps this many bytes of results. */
const MOST_BYTES = 2 * 1024 * 1024;
/** A larger result would push out all others. */
const MOST_OF_ONE = MOST_BYTES / 4;

const sizeOf = (key: string, { rows, people }: Result): number =>
  2 * (key.length + rows.length) + (people ?? []).reduce((sum, { byteLength }) => sum + byteLength + 100, 100);

export class ResultCache {
  /** In the order of the last use. */
  private readonly results = new Map<string, Result>();
  private held = 0;

  get bytes(): number {
    return this.held;
  }

  get(key: string): Result | undefined {
    const result = this.results.get(key);
    if (result === undefined) return undefined;
    this.results.delete(key);
    this.results.set(key, result);
    return result;
  }

  set(key: string, result: Result): void {
    this.delete(key);
    const size = sizeOf(key, result);
    if (size > MOST_OF_ONE) return;
    this.results.set(key, result);
    this.held += size;
    for (const oldest of this.results.keys()) {
      if (this.held <= MOST_BYTES) break;
      this.delete(oldest);
    }
  }

  clear(): void {
    this.results.clear();
    this.held = 0;
  }

  private delete(key: string): void {
    const result = this.results.get(key);
    if (result === undefined) return;
    this.results.delete(key);
    this.held -= sizeOf(key, result);
  }
}
