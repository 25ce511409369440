// People as sorted keys. An Analyst finds the people of each row and sends their keys in order, so that whoever joins several
// Analysts merges streams and holds only a piece of each, however many people there are.
//
// A key has 62 bits of a hash of the person's id, which is a keyed hash of 96 bits itself. Among two million people, the most
// that an answer may have, two share a key with a chance of one in two million; then one person is missing.
import { hash64 } from "../../events/hash";
import { type Limits, requireFewPersons } from "../limits";

/** Sorted, each once. */
export type Keys = Float64Array<ArrayBuffer>;

export const NO_KEYS: Keys = new Float64Array(0);

const key = new Float64Array(1);
const words = new Uint32Array(key.buffer);

/**
 * The key of a person. Bits are kept as a positive number below 2, since typed arrays of numbers are sorted and compared
 * many times faster than big integers. Its order is that of the bits.
 */
export function personKey(personId: string): number {
  const [high, low] = hash64(personId);
  words[0] = low;
  words[1] = high & 0x3fffffff;
  return key[0]!;
}

/** Moves each value to the front once. @returns how many there are. */
function unique(sorted: Float64Array): number {
  let kept = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i]!;
  return kept;
}

const ROW = 2 ** 32;

/** Collects who is in which row of a scan. A person is a code of the column of people. */
export class PersonCollector {
  /** Row and code in one number, which is exact. */
  private pairs = new Float64Array(1024);
  private length = 0;
  private readonly most: number;

  /** @param most pairs of row and person. */
  constructor(most: number) {
    this.most = most;
  }

  add(row: number, person: number): void {
    if (this.length === this.pairs.length) this.makeRoom();
    this.pairs[this.length++] = row * ROW + person;
  }

  private settle(): void {
    const held = this.pairs.subarray(0, this.length);
    this.length = unique(held.sort());
  }

  private makeRoom(): void {
    this.settle();
    requireFewPersons(this.length, { persons: this.most });
    if (this.length * 2 < this.pairs.length) return;
    const more = new Float64Array(this.pairs.length * 2);
    more.set(this.pairs.subarray(0, this.length));
    this.pairs = more;
  }

  /** The keys of each row's people. @param values ids by code. */
  keysOf(rows: number, values: readonly string[]): Keys[] {
    this.settle();
    const codes = new Map<number, number>();
    const keys = new Float64Array(this.length);
    const starts = new Uint32Array(rows + 1);
    for (let i = 0; i < this.length; i++) {
      const row = Math.floor(this.pairs[i]! / ROW);
      const code = this.pairs[i]! - row * ROW;
      let known = codes.get(code);
      if (known === undefined) {
        known = personKey(values[code]!);
        codes.set(code, known);
      }
      keys[i] = known;
      starts[row + 1] = i + 1;
    }
    for (let row = 0; row < rows; row++) if (starts[row + 1] === 0) starts[row + 1] = starts[row]!;
    return Array.from({ length: rows }, (_, row) => {
      const own = keys.subarray(starts[row], starts[row + 1]).sort();
      return own.subarray(0, unique(own));
    });
  }
}

/** The people of two lists. */
export function joinKeys(some: Keys, others: Keys): Keys {
  if (some.length === 0 || others.length === 0) return some.length === 0 ? others : some;
  const all = new Float64Array(some.length + others.length);
  all.set(some);
  all.set(others, some.length);
  return all.sort().slice(0, unique(all));
}

/** Keys of a piece that is sent at once: 64 KB. */
const PIECE = 8_192;

/** The bytes of some lists one after the other, in pieces. */
export function* toPieces(lists: Iterable<Keys>): Generator<Uint8Array<ArrayBuffer>> {
  let piece = new Float64Array(PIECE);
  let length = 0;
  for (const list of lists)
    for (let at = 0; at < list.length; ) {
      const part = list.subarray(at, at + PIECE - length);
      piece.set(part, length);
      length += part.length;
      at += part.length;
      if (length < PIECE) continue;
      yield new Uint8Array(piece.buffer);
      piece = new Float64Array(PIECE);
      length = 0;
    }
  if (length > 0) yield new Uint8Array(piece.buffer, 0, length * 8);
}

/** Reads lists of keys back from pieces of bytes, wherever these were cut. */
export class KeyReader {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private keys: Keys = NO_KEYS;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  /** Some of the next keys, at least one. @throws Error when there are none left. */
  async next(): Promise<Keys> {
    while (this.keys.length === 0) {
      const { done, value } = await this.pieces.next();
      if (done) throw new Error("stream of people ended early");
      const bytes = new Uint8Array(this.rest.length + value.length);
      bytes.set(this.rest);
      bytes.set(value, this.rest.length);
      const whole = Math.floor(bytes.length / 8);
      this.keys = new Float64Array(bytes.buffer, 0, whole);
      this.rest = bytes.slice(whole * 8);
    }
    return this.keys;
  }

  skip(keys: number): void {
    this.keys = this.keys.subarray(keys);
  }

  /** Tells the sender that nobody reads on. */
  async close(): Promise<void> {
    await this.pieces.return?.();
  }
}

/** How many keys of a list are at most `bound`. */
function upTo(keys: Keys, bound: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The list that a reader comes to next, by its length. */
export interface NextList {
  reader: KeyReader;
  length: number;
}

/**
 * Counts the people in the next list of some readers, each once. What all of them have up to the least of their pieces' ends
 * is taken together, and sorted as one: so each step empties a piece.
 * @throws Problem invalid when there are more than a limit, together with those that were counted `before`.
 */
export async function countPeople(lists: readonly NextList[], before: number, limits: Limits): Promise<number> {
  let open = lists.filter(({ length }) => length > 0);
  let people = 0;
  while (open.length > 0) {
    const heads = await Promise.all(open.map(async ({ reader, length }) => (await reader.next()).subarray(0, length)));
    const bound = heads.reduce((least, head) => Math.min(least, head.at(-1)!), Number.POSITIVE_INFINITY);
    const taken = heads.map((head) => upTo(head, bound));
    const all = new Float64Array(taken.reduce((sum, count) => sum + count, 0));
    let at = 0;
    heads.forEach((head, i) => {
      all.set(head.subarray(0, taken[i]), at);
      at += taken[i]!;
    });
    people += open.length === 1 ? all.length : unique(all.sort());
    requireFewPersons(before + people, limits);
    for (const [i, { reader }] of open.entries()) reader.skip(taken[i]!);
    open = open.flatMap(({ reader, length }, i) =>
      length > taken[i]! ? [{ reader, length: length - taken[i]! }] : [],
    );
  }
  return people;
}
