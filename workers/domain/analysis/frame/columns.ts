// Columns of a frame while they are filled, page by page. Their size is known before, so filling needs no second copy.
import { isEqual, type Page } from "../../lake/column-pages";
import type { NumberColumn, TextColumn } from "../frame";

/** How numbers are kept; columns that are not named here are texts. */
const NUMBERS: Record<string, "small" | "whole" | "real"> = {
  began: "small",
  bounces: "small",
  duration: "whole",
  pageviews: "whole",
  events: "whole",
  // Seconds since 1970 outgrow 32 bits in 2038.
  hour: "real",
  started_at: "real",
  use: "small",
  counted: "small",
  pageview: "small",
  interactive: "small",
  event_time: "real",
  engaged_ms: "whole",
  scroll_sum: "whole",
  scroll_views: "whole",
  view: "whole",
  revenue_amount: "real",
};
const ARRAYS = { small: Uint8Array, whole: Int32Array, real: Float64Array };

/** A column of zeros; null where a column of that name has texts. */
export const newNumbers = (name: string, rows: number): NumberColumn | null =>
  name in NUMBERS ? new ARRAYS[NUMBERS[name]!](rows) : null;

/** Bytes of a number of a column; undefined where it is a text. */
export const bytesOfNumber = (name: string): number | undefined =>
  name in NUMBERS ? ARRAYS[NUMBERS[name]!].BYTES_PER_ELEMENT : undefined;

/** The beginning of the names of props: their columns are read from the column `props`. */
export const PROP = "props:";

/** The column with all props of an event, as JSON. Only frames of open days have it: it may be larger than all others. */
export const ALL_PROPS = "props";

/** The columns of a table that some columns of a frame are made of. */
export const storedFor = (names: Iterable<string>): Set<string> =>
  new Set([...names].map((name) => (name.startsWith(PROP) ? "props" : name)));

/** Codes of 16 bits until a dictionary outgrows them. */
const MOST_SHORT = 65_536;

/** Calls `put` with the row and the place of its value, for each row of a page that has a value. */
function eachValue({ rows, present }: Page, put: (row: number, place: number) => void): void {
  let place = 0;
  for (let row = 0; row < rows; row++) if (present === null || present[row] === 1) put(row, place++);
}

const toNumber = (value: unknown): number => (value == null ? 0 : Number(value));

/** Numbers; a row without a value has 0. */
export class NumberFiller {
  readonly column: NumberColumn;
  private at = 0;

  constructor(column: NumberColumn) {
    this.column = column;
  }

  add(page: Page): void {
    const { column, at } = this;
    if (page.dictionary === null) {
      const { values } = page;
      eachValue(page, (row, place) => {
        column[at + row] = toNumber(values[place]);
      });
    } else {
      const numbers = Float64Array.from(page.dictionary, toNumber);
      const { indices, present } = page;
      if (present === null) for (let i = 0; i < indices.length; i++) column[at + i] = numbers[indices[i]!]!;
      else
        eachValue(page, (row, place) => {
          column[at + row] = numbers[indices[place]!]!;
        });
    }
    this.at += page.rows;
  }
}

/** Texts as codes; a row without a value has 0. */
export class TextFiller {
  private codes: TextColumn["codes"];
  private readonly values = [""];
  private readonly known = new Map<string, number>();
  private readonly textOf: (value: unknown) => string | null;
  /** The dictionary of the last page, and the code of each of its values: pages of a row group share it. */
  private mapped: { dictionary: readonly unknown[]; codes: Uint32Array } | null = null;
  private at = 0;

  constructor(rows: number, textOf: (value: unknown) => string | null) {
    this.codes = new Uint16Array(rows);
    this.textOf = textOf;
  }

  get column(): TextColumn {
    return { codes: this.codes, values: this.values };
  }

  add(page: Page): void {
    const { at } = this;
    if (page.dictionary === null) {
      const { values } = page;
      // Neighbours are often equal: a visitor's events follow each other.
      let last: unknown = null;
      let code = 0;
      eachValue(page, (row, place) => {
        const value = values[place] ?? null;
        if (value !== last) {
          last = value;
          code = this.codeOf(value);
        }
        this.codes[at + row] = code;
      });
    } else {
      const { indices, dictionary, present } = page;
      if (this.mapped?.dictionary !== dictionary)
        this.mapped = { dictionary, codes: Uint32Array.from(dictionary, (value) => this.codeOf(value)) };
      const codeOf = this.mapped.codes;
      const { codes } = this;
      if (present === null) for (let i = 0; i < indices.length; i++) codes[at + i] = codeOf[indices[i]!]!;
      else
        eachValue(page, (row, place) => {
          codes[at + row] = codeOf[indices[place]!]!;
        });
    }
    this.at += page.rows;
  }

  private codeOf(value: unknown): number {
    const text = this.textOf(value);
    if (text === null) return 0;
    let code = this.known.get(text);
    if (code === undefined) {
      code = this.values.push(text) - 1;
      this.known.set(text, code);
      if (this.values.length === MOST_SHORT + 1) this.codes = Uint32Array.from(this.codes);
    }
    return code;
  }
}

/** Numbers for the visitors of each day: rows of one visitor follow each other. */
export class VisitorFiller {
  readonly visitors: Uint32Array;
  private at = 0;
  private number = 0;
  private last: unknown = null;

  constructor(rows: number) {
    this.visitors = new Uint32Array(rows);
  }

  /** Visitors of another day are others, whatever their ids. */
  startDay(): void {
    this.last = null;
  }

  add(page: Page): void {
    const { visitors, at } = this;
    const valueAt = page.dictionary === null ? (place: number) => page.values[place] : null;
    let lastIndex = -1;
    eachValue(page, (row, place) => {
      if (page.dictionary !== null) {
        const index = page.indices[place]!;
        if (index !== lastIndex) this.next(page.dictionary[index]);
        lastIndex = index;
      } else this.next(valueAt!(place));
      visitors[at + row] = this.number;
    });
    this.at += page.rows;
  }

  private next(id: unknown): void {
    if (id === this.last) return;
    const isSame = id instanceof Uint8Array && this.last instanceof Uint8Array && isEqual(id, this.last);
    if (!isSame) this.number += 1;
    this.last = id;
  }
}

/** The first action of each visit, from the number of actions that each has. */
export class StartFiller {
  readonly starts: Uint32Array;
  private at = 0;

  constructor(rows: number) {
    this.starts = new Uint32Array(rows + 1);
  }

  add(page: Page): void {
    const { starts, at } = this;
    eachValue(page, (row, place) => {
      const count = page.dictionary === null ? page.values[place] : page.dictionary[page.indices[place]!];
      starts[at + row + 1] = starts[at + row]! + toNumber(count);
    });
    this.at += page.rows;
  }
}
