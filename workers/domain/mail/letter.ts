// A letter: the content of a mail in blocks. Its HTML part and its text part are both made from it, so they agree.

export interface Figure {
  label: string;
  value: string;
  /** `+12%`; null without a comparison. */
  change: string | null;
  /** Null if a change is neither better nor worse. */
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
  /** Text from a machine: an error, an id. */
  | { kind: "code"; text: string }
  | { kind: "notice"; tone: "bad" | "warn" | "good"; text: string }
  | { kind: "figures"; title: string | null; figures: Figure[] }
  | { kind: "bars"; title: string; of: string; bars: Bar[] }
  /** The first column is text, the others are numbers. */
  | { kind: "table"; title: string; columns: string[]; rows: string[][] }
  | { kind: "link"; label: string; url: string };

/** Shared by all mails about a property. URLs are null if DASHBOARD_URL or WORKER_URL is not set. */
export interface Frame {
  property: string;
  /** The property's page in the dashboard, without a slash at the end. */
  url: string | null;
  /** Unsubscribes the reader from this kind of mail. */
  optout_url: string | null;
}

export interface Letter {
  subject: string;
  /** Shown behind the subject in a list of mails. */
  preview: string;
  heading: string;
  blocks: Block[];
  /** Why the reader receives it: a sentence. */
  reason: string;
}

const SUBJECT_LENGTH = 150;

/** A subject is one line: a line break would start another header. */
export function toSubject(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return line.length <= SUBJECT_LENGTH ? line : `${line.slice(0, SUBJECT_LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
