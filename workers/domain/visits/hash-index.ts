// An index from 64-bit hashes to numbers, in typed arrays: 24 bytes an entry on average, where a Map of strings needs
// more than a hundred.

/** An entry's words: high and low half of the hash, and the number. A low half of 0 marks an empty place. */
const WORDS = 3;
/** The table is split by the hash's first bits, so that growing copies only a sixteenth of it at a time. */
const PARTS = 16;
const PART_SHIFT = 28;
const FIRST_PLACES = 16;

class Part {
  private words = new Uint32Array(WORDS * FIRST_PLACES);
  private size = 0;

  /** Where the hash is, or the empty place where it belongs. */
  private placeOf(high: number, low: number): number {
    const { words } = this;
    const mask = words.length / WORDS - 1;
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const at = place * WORDS;
      if (words[at + 1] === 0 || (words[at] === high && words[at + 1] === low)) return at;
    }
  }

  get(high: number, low: number): number | null {
    const at = this.placeOf(high, low);
    return this.words[at + 1] === 0 ? null : this.words[at + 2]!;
  }

  set(high: number, low: number, value: number): number | null {
    let at = this.placeOf(high, low);
    if (this.words[at + 1] !== 0) {
      const before = this.words[at + 2]!;
      this.words[at + 2] = value;
      return before;
    }
    if ((this.size + 1) * WORDS * 3 > this.words.length * 2) {
      this.grow();
      at = this.placeOf(high, low);
    }
    this.words[at] = high;
    this.words[at + 1] = low;
    this.words[at + 2] = value;
    this.size += 1;
    return null;
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(old.length * 2);
    for (let from = 0; from < old.length; from += WORDS) {
      if (old[from + 1] === 0) continue;
      const at = this.placeOf(old[from]!, old[from + 1]!);
      this.words[at] = old[from]!;
      this.words[at + 1] = old[from + 1]!;
      this.words[at + 2] = old[from + 2]!;
    }
  }
}

/** Hashes are those of `hash64`, whose low half is never 0; numbers are 32-bit. */
export class HashIndex {
  size = 0;
  private readonly parts = Array.from({ length: PARTS }, () => new Part());

  get(high: number, low: number): number | null {
    return this.parts[high >>> PART_SHIFT]!.get(high, low);
  }

  /** Returns the number that the hash had before, null when it is new. */
  set(high: number, low: number, value: number): number | null {
    const before = this.parts[high >>> PART_SHIFT]!.set(high, low, value);
    if (before === null) this.size += 1;
    return before;
  }
}
