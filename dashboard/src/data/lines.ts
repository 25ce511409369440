// Lists typed as text, one entry per line, and the lines that the API rejected. Pure.
import type { InputFault } from "../../../workers/domain/requests/input";

/** People also paste addresses separated by commas and semicolons. */
export const ADDRESSES = /[\n,;]/;
/** A path may contain both. */
export const PATHS = /\n/;

const entriesOf = (text: string, separator: RegExp): string[] =>
  text
    .split(separator)
    .map((entry) => entry.trim())
    .filter(Boolean);

export const toLines = (list: readonly string[]): string => list.join("\n");
export const toList = (text: string, separator: RegExp = ADDRESSES): string[] => entriesOf(text, separator);

/** The problems with entries of a list, by entry. The text follows the subject. */
export type EntryFaults = ReadonlyMap<string, string>;
export const NO_FAULTS: EntryFaults = new Map();

/** The faults of a list that was sent as `path`. For each entry, the first one counts. */
export function toEntryFaults(faults: readonly InputFault[], path: string, sent: readonly string[]): EntryFaults {
  const found = new Map<string, string>();
  for (const { path: at, message } of faults) {
    const index = at.startsWith(`${path}[`) ? Number(at.slice(path.length + 1, -1)) : Number.NaN;
    const entry = sent[index];
    if (entry === undefined || found.has(entry)) continue;
    found.set(entry, message.startsWith(at) ? message.slice(at.length).trim() : message);
  }
  return found;
}

/** True if every fault is about an entry of one of the lists, so that marked lines show all of them. */
export const areAllMarked = (faults: readonly InputFault[], paths: readonly string[]): boolean =>
  faults.length > 0 && faults.every(({ path }) => paths.some((list) => path.startsWith(`${list}[`)));

export interface MarkedLine {
  /** From 0. */
  line: number;
  entry: string;
  message: string;
  /** True if the line has several entries. */
  isShared: boolean;
}

/** The lines of a text with a faulty entry. A corrected line is no longer included. */
export function markLines(text: string, separator: RegExp, faults: EntryFaults): MarkedLine[] {
  if (faults.size === 0) return [];
  return text.split("\n").flatMap((content, line) => {
    const entries = entriesOf(content, separator);
    return entries.flatMap((entry) => {
      const message = faults.get(entry);
      return message === undefined ? [] : [{ line, entry, message, isShared: entries.length > 1 }];
    });
  });
}
