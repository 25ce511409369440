// A letter: what a mail says, in blocks, before it is HTML and text. Both parts are made from it, so they say the same.

export interface Figure {
  label: string;
  value: string;
  /** `+12%`; null where there is nothing to compare with. */
  change: string | null;
  /** Null where it is neither. */
  better: boolean | null;
}

export interface Bar {
  label: string;
  value: string;
  /** Length of the bar, 0 to 1. */
  share: number;
}

export type Block =
  | { kind: "paragraph"; text: string }
  /** Words that come from a machine: an error, an id. */
  | { kind: "code"; text: string }
  | { kind: "notice"; tone: "bad" | "warn" | "good"; text: string }
  | { kind: "figures"; title: string | null; figures: Figure[] }
  | { kind: "bars"; title: string; of: string; bars: Bar[] }
  /** The first column is text, the others are numbers. */
  | { kind: "table"; title: string; columns: string[]; rows: string[][] }
  | { kind: "link"; label: string; url: string };

/** What all mails about a property have in common. Addresses are null where nobody has said where the dashboard is. */
export interface Frame {
  property: string;
  /** Of the property in the dashboard, without a slash at its end. */
  url: string | null;
  /** Where its reader can be rid of this kind of mail. */
  optout_url: string | null;
}

export interface Letter {
  subject: string;
  /** What lists of mail show behind the subject. */
  preview: string;
  heading: string;
  blocks: Block[];
  /** Why one gets it: a sentence. */
  reason: string;
}

const SUBJECT_LENGTH = 150;

/** One line: a line break in a subject would begin another header. */
export function toSubject(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return line.length <= SUBJECT_LENGTH ? line : `${line.slice(0, SUBJECT_LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
