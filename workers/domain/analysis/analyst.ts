// What the Worker and an Analyst say to each other.
import type { ProblemBody } from "../requests/problem";
import type { Limits } from "./limits";
import type { Ask } from "./question";
import type { Saved } from "./saved/known";

/** What the Worker asks. The property, the month and the part are in the Analyst's name, not in the question. */
export interface AnalystQuestion {
  /** Local dates of one month, both included. */
  from: string;
  to: string;
  saved: Saved;
  limits: Limits;
  asks: Ask[];
}

/** `Stream` is a stream of bytes. */
export interface AnalystAnswer<Stream> {
  /** Rows of each ask, packed; of asks for people in the order of their keys. */
  rows: string[];
  /** Keys of the people of each row of the asks for people, in their order; null where no ask is. */
  people: Stream | null;
  /** Actions that were looked at. */
  scanned: number;
}

/** `gone`: an erasure has deleted objects of the list that it was given. */
export type AnalystReply<Stream = unknown> =
  | { answer: AnalystAnswer<Stream> }
  | { problem: ProblemBody; gone?: boolean };
