// Anomalies in D1. An anomaly that is found again updates its row, which the owner may have dismissed.
import type { AnomalyRecord } from "../../domain/anomalies/record";

export interface KeptAnomaly {
  id: string;
  record: AnomalyRecord;
  dismissed_at: number | null;
}

type Row = Omit<KeptAnomaly, "record"> & { record: string };
const toKept = ({ record, ...row }: Row): KeptAnomaly => ({ ...row, record: JSON.parse(record) as AnomalyRecord });

/** Anomalies that began before `to` and had not ended before `from` (ms), newest first. */
export async function listAnomalies(
  db: D1Database,
  siteId: string,
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<KeptAnomaly[]> {
  const { results } = await db
    .prepare(
      `SELECT id, record, dismissed_at FROM anomalies
       WHERE site_id = ? AND started_at < ? AND record ->> 'ended_at' > ? ORDER BY started_at DESC, id LIMIT ?`,
    )
    .bind(siteId, to, from, limit)
    .all<Row>();
  return results.map(toKept);
}

/** For a batch: stores an anomaly, or updates it. */
export const anomalyStatement = (
  db: D1Database,
  siteId: string,
  id: string,
  record: AnomalyRecord,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO anomalies (site_id, id, started_at, updated_at, record) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (site_id, id) DO UPDATE SET started_at = excluded.started_at, updated_at = excluded.updated_at,
         record = excluded.record`,
    )
    .bind(siteId, id, record.started_at, now, JSON.stringify(record));

/** Dismisses an anomaly. Repeating it changes nothing. @returns false when the anomaly does not exist. */
export async function dismissAnomaly(db: D1Database, siteId: string, id: string, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE anomalies SET dismissed_at = coalesce(dismissed_at, ?3) WHERE site_id = ?1 AND id = ?2")
    .bind(siteId, id, now)
    .run();
  return meta.changes > 0;
}

/** Deletes anomalies that began before a time. */
export async function forgetAnomalies(db: D1Database, before: number): Promise<void> {
  await db.prepare("DELETE FROM anomalies WHERE started_at < ?").bind(before).run();
}
