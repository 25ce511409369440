// Answers and columns that Analysts have in memory. They would be gone two minutes after the last question.
import { MOST_PARTS, PART_EVENTS } from "../../domain/analysis/zone/parts";
import { endOfMonth, startOfMonth } from "../../domain/time/calendar";
import { mostPartsIn, readDaySizes } from "../../storage/analysis/day-sizes";
import type { ErasureEnv } from "./task";

/** Has the Analysts of the months of some local days forget what they hold. */
export async function forgetAnswers(
  { DB, ANALYST }: Pick<ErasureEnv, "DB" | "ANALYST">,
  siteId: string,
  days: readonly string[],
): Promise<{ analysts: number }> {
  const months = [...new Set(days.map(startOfMonth))].map((from) => ({ from, to: endOfMonth(from) }));
  const sizes = await readDaySizes(DB, siteId, months);
  const names = months.flatMap((month) => {
    const name = `${siteId}/${month.from.slice(0, 7)}`;
    const parts = Math.min(MOST_PARTS, mostPartsIn(sizes, month, PART_EVENTS));
    return [name, ...(parts > 1 ? Array.from({ length: parts }, (_, part) => `${name}/${part}`) : [])];
  });
  for (const name of names) await ANALYST.getByName(name).forget();
  return { analysts: names.length };
}
