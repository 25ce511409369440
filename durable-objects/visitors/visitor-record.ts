// A visitor's day as a line of text, as SQLite stores it.
import type { VisitorDay } from "../../workers/domain/visits/visit";

/** A record as text, with the visitor's id and the time (ms) of their last event. */
export interface Line {
  visitor: string;
  last: number;
  text: string;
}

export const lastOf = ({ visits, alone = 0 }: VisitorDay): number => Math.max(alone, ...visits.map(({ last }) => last));

/** ASCII only, because one other character makes V8 store the text at two bytes per character. Sets become lists. */
const toText = (record: VisitorDay): string =>
  JSON.stringify(record, (_, value: unknown) => (value instanceof Set ? [...value] : value)).replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/**
 * The text of a record, at most `limit` characters if possible. Only programs have longer records; these lose the values
 * of earlier visits, which only a late event could need.
 */
export function toFittingText(record: VisitorDay, limit: number): string {
  const text = toText(record);
  if (text.length <= limit) return text;
  const visits = record.visits.map((visit, i) =>
    i === record.visits.length - 1 ? visit : { ...visit, seen: visit.seen.map(() => []) },
  );
  return toText({ ...record, visits });
}

/** Neither id nor record holds a tab or a line break: JSON escapes both. */
export const toLine = ({ visitor, last, text }: Line): string => `${visitor}\t${last}\t${text}`;

export function fromLine(line: string): Line {
  const [visitor, last, text] = line.split("\t") as [string, string, string];
  return { visitor, last: Number(last), text };
}

/** Finds the text of a visitor's record in a row without splitting the other lines. */
export function textIn(body: string, visitor: string): string | undefined {
  const head = `${visitor}\t`;
  const before = body.startsWith(head) ? -1 : body.indexOf(`\n${head}`);
  if (before === -1 && !body.startsWith(head)) return undefined;
  const from = body.indexOf("\t", before + 1 + head.length) + 1;
  const end = body.indexOf("\n", from);
  return body.slice(from, end === -1 ? undefined : end);
}
