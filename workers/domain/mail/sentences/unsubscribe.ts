// Sentences in the footer of every mail, and on the pages behind its link.
import type { MailKind } from "../mail";

export const FOOT = { settings: "Email settings", unsubscribe: "Unsubscribe" };

/** The kinds of mail, within a sentence. */
const KIND_PLURALS: Record<MailKind, string> = {
  run_summary: "run summaries",
  failure: "failure alerts",
  anomaly: "anomaly alerts",
  capacity: "capacity warnings",
  weekly_report: "weekly reports",
  monthly_report: "monthly reports",
};

export const UNSUBSCRIBE = {
  brokenTitle: "This link is incomplete",
  broken: "Open it from the email again, or copy the whole link.",
  deleted: "a deleted property",
  askTitle: "Unsubscribe?",
  button: "Unsubscribe",
  doneTitle: "Unsubscribed",
  undo: "Undo",
  againTitle: "Subscribed again",
};

export const willStop = (recipient: string, kind: MailKind, property: string): string =>
  `${recipient} will no longer receive ${KIND_PLURALS[kind]} for ${property}.`;
export const stopped = (recipient: string, kind: MailKind, property: string): string =>
  `${recipient} no longer receives ${KIND_PLURALS[kind]} for ${property}.`;
export const receivesAgain = (recipient: string, kind: MailKind, property: string): string =>
  `${recipient} receives ${KIND_PLURALS[kind]} for ${property} again.`;
