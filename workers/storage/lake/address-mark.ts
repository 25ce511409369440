// The position up to which full addresses have been truncated, stored beside the watermarks, so that no day is read
// twice.

/**
 * The name of this dataset in `watermarks`. `position` is a day number, and `moved_at` is when the days before it were
 * finished.
 */
const DATASET = "addresses";
const DAY_MS = 86_400_000;

const toDayNumber = (date: string): number => Date.parse(date) / DAY_MS;
const toDate = (dayNumber: number): string => new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);

export interface AddressMark {
  /** All days before this date are done. */
  date: string;
  at: number;
}

export async function loadAddressMark(db: D1Database, siteId: string): Promise<AddressMark | null> {
  const row = await db
    .prepare("SELECT position, moved_at FROM watermarks WHERE site_id = ? AND dataset = ?")
    .bind(siteId, DATASET)
    .first<{ position: number; moved_at: number }>();
  return row && { date: toDate(row.position), at: row.moved_at };
}

export async function moveAddressMark(db: D1Database, siteId: string, date: string, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO watermarks (site_id, dataset, position, moved_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (site_id, dataset) DO UPDATE SET position = max(position, excluded.position), moved_at = excluded.moved_at`,
    )
    .bind(siteId, DATASET, toDayNumber(date), now)
    .run();
}
