// Frames of open days, read as an Analyst reads them.
import type { Frame, Wanted } from "../../../workers/domain/analysis/frame";
import type { DaySnapshot } from "../../../workers/storage/analysis/day-list";
import { readPortion } from "../../../workers/storage/analysis/frames";
import { ObjectReader } from "../../../workers/storage/analysis/object-reader";
import { openPortions } from "../../../workers/storage/analysis/open-portions";

export async function readOpen(
  lake: R2Bucket,
  snapshot: DaySnapshot,
  days: readonly string[],
  wanted: Wanted,
): Promise<Frame[]> {
  const given = { ...snapshot, part: 0, open: days.map((date) => ({ date, parts: 1 })) };
  const objects = new ObjectReader(lake);
  const frames: Frame[] = [];
  for (const portion of openPortions(given)) frames.push(...(await readPortion(objects, snapshot, portion, wanted)));
  return frames;
}
