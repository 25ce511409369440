// Parts: a local day with many events is cut by a hash of the visitor, so that each part fits into memory. A visitor of a
// day lies in one part of it with all their visits, so the counts of the parts add up to those of the day.
import { hash64 } from "../../events/hash";

/** Events of a day in a part. A month of such days has about a million. */
export const PART_EVENTS = 40_000;
/** Each part is made by reading the whole day, 20 s for a million events; a step has 30 s of CPU. */
export const MOST_PARTS = 25;
/** Events in memory at once, as rows: of the open days that an Analyst reads, and of a part. */
export const MOST_OPEN = 120_000;

export interface Cut {
  /** From 0. */
  part: number;
  /** How many parts the day has. */
  parts: number;
}

export const WHOLE: Cut = { part: 0, parts: 1 };

/** How many parts a day with so many events is cut into. */
export const partsFor = (events: number, size = PART_EVENTS): number => Math.max(1, Math.ceil(events / size));

/** Whether a part has the visitor, by the id that they have on the day. */
export const isInPart = ({ part, parts }: Cut, visitorId: string): boolean =>
  parts === 1 || hash64(visitorId)[0] % parts === part;
