// Portions of open days: what an Analyst reads from the lake at once. Each is small enough for memory whatever the days have
// together, and stays in memory by itself: what comes in today does not make it read the days before again.
import { type Cut, PART_EVENTS, WHOLE } from "../../domain/analysis/zone/parts";
import type { LakeFile } from "../../domain/lake/object";
import { addDays } from "../../domain/time/zone";
import { rowsIn } from "./open-days";
import type { PartDays } from "./part-days";

/** Several days, or a part of one. */
export interface OpenPortion {
  /** Ascending, without another day between. */
  days: string[];
  cut: Cut;
  /** About how many events it has. */
  rows: number;
  /** Names everything that it is read from. */
  sources: string;
}

/** Objects that visits of a day may have events in. */
export const isNear = ({ min_date, max_date }: Pick<LakeFile, "min_date" | "max_date">, day: string): boolean =>
  max_date >= addDays(day, -3) && min_date <= addDays(day, 3);

/** Enrichments of the addresses in some raw objects. */
export function enrichmentsOf(events: readonly LakeFile[], enrichments: readonly LakeFile[]): LakeFile[] {
  const ids = events.filter(({ zone }) => zone === "raw").map(({ id }) => id);
  return enrichments.filter(({ first_id, last_id }) =>
    ids.some((id) => id >= (first_id ?? 0) && id <= (last_id ?? -1)),
  );
}

/** @param size events of a portion; a day that is not cut may have more. */
export function openPortions(given: PartDays, size = PART_EVENTS): OpenPortion[] {
  const portions: Omit<OpenPortion, "sources">[] = [];
  for (const { date, parts } of given.open) {
    const rows = rowsIn(given, [date]) / parts;
    const last = portions.at(-1);
    const joins =
      parts === 1 && last?.cut.parts === 1 && addDays(last.days.at(-1)!, 1) === date && last.rows + rows <= size;
    if (joins) {
      last.days.push(date);
      last.rows += rows;
    } else portions.push({ days: [date], cut: parts === 1 ? WHOLE : { part: given.part, parts }, rows });
  }
  return portions.map((portion) => {
    const events = given.events.filter((file) => portion.days.some((day) => isNear(file, day)));
    const ids = [events, enrichmentsOf(events, given.enrichments)].map((files) => files.map(({ id }) => id));
    return { ...portion, sources: JSON.stringify([portion.days, portion.cut, ...ids]) };
  });
}
