// What the Worker and an Analyst say to each other.
import type { Problem } from "../requests/problem";
import type { Ask } from "./question";
import type { Saved } from "./saved/known";

/** What the Worker asks. The property and the month are in the Analyst's name, not in the question. */
export interface AnalystQuestion {
  /** Local dates of one month, both included. */
  from: string;
  to: string;
  saved: Saved;
  asks: Ask[];
}

export interface AnalystAnswer {
  /** Rows of each ask, packed. */
  rows: unknown[][];
  /** Actions that were looked at. */
  scanned: number;
}

export type AnalystReply = { answer: AnalystAnswer } | { problem: { code: Problem["code"]; message: string } };
