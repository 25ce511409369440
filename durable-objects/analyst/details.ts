// Counts details in a frame. Only a frame of open days has the props of its events; those of closed days are read table by
// table while they are counted.

import type { PageGroup } from "../../workers/domain/analysis/ask/path-groups";
import type { Frame } from "../../workers/domain/analysis/frame";
import { ALL_PROPS } from "../../workers/domain/analysis/frame/columns";
import { type CountedRow, rowsOfDetails } from "../../workers/domain/analysis/question";
import { DetailCount, type DetailsAsk, needsProps } from "../../workers/domain/analysis/scan/details";
import type { Matches } from "../../workers/domain/analysis/scan/matches";
import type { Detailed } from "../../workers/domain/counts/details";
import type { LakeFile } from "../../workers/domain/lake/object";
import { readProps } from "../../workers/storage/analysis/frames";

/** Bytes that a count of details needs beside the frame, about: the props of the largest table, and the rows. */
export const DETAIL_BYTES = 16 * 1024 * 1024;

type Props = Detailed["props"];

interface Matched {
  frame: Frame;
  matches: Matches;
  /** First and last index of the dates that are asked for. */
  span: { first: number; last: number };
}

/** @param tables of the closed days, of which a frame without props was read. */
export async function countDetails(
  lake: R2Bucket,
  tables: readonly LakeFile[],
  { frame, matches, span }: Matched,
  ask: DetailsAsk,
  pageGroup: PageGroup | null,
): Promise<CountedRow[]> {
  const count = new DetailCount(frame, matches, span, ask, pageGroup);
  const { rows, texts } = frame.actions;
  const column = texts.get(ALL_PROPS);
  if (!needsProps(ask)) count.add(rows, () => null);
  else if (column)
    count.add(rows, (action) => {
      const code = column.codes[action]!;
      return code === 0 ? null : (JSON.parse(column.values[code]!) as Props);
    });
  else
    for await (const { start, props } of readProps(lake, tables, (end) => count.isWanted(end)))
      count.add(start + props.length, (action) => props[action - start] as Props);
  return rowsOfDetails(count.result());
}
