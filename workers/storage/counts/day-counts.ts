// Reads all counts of some local days from D1 in one transaction with the list of the objects they were counted from,
// and adds corrections to them.
import { type Admitted, asCapped, type CappedDays } from "../../domain/counts/capped";
import type { DayCounts, Span } from "../../domain/counts/day-counts";
import type { Rollup } from "../../domain/counts/rollup";
import { countedIdsOf } from "../../domain/counts/suspects";
import type { CubeRow } from "../../domain/counts/techstack";
import type { LakeFile } from "../../domain/lake/object";
import { DATASETS, type Dataset } from "../../domain/lake/zones";
import type { LakeSnapshot } from "../lake/reading";
import { cappedStatements, toCappedDays } from "./caps/capped-days";
import { countStatements } from "./counts";
import { cubeStatements } from "./techstack";
import { rollupStatements, toAdmitted, toRollup } from "./whole-rollup";

export interface DaySnapshot {
  /** The objects with events of the span and of the requested days after it. */
  lake: LakeSnapshot;
  /** The position of the pipeline. */
  positions: Record<Dataset, number>;
  /** As the folds keep them: what is beyond a cap is under `(other)`, also what still waits. */
  kept: DayCounts;
  capped: CappedDays;
  /** By the id of the property or of its suspects, where days are capped. */
  admitted: Map<string, Admitted>;
  /** When these days were last corrected; null if never. */
  corrected_at: number | null;
}

/** After a change of time zone, hours may lie outside their days, so objects are also found by time. */
const FILES = `SELECT * FROM lake_files WHERE site_id = ?1 AND (zone = 'ip_enrichment' OR (zone IN ('raw', 'events')
  AND (max_date >= ?2 AND min_date <= ?3 OR max_time >= ?4 AND min_time < ?5))) ORDER BY id`;

/** The receipt of a day's last correction. */
const correctionId = (siteId: string, day: string): string => `rebuild/${siteId}/${day}`;

/**
 * Ingest writes an object's row and its counts in one batch, the pipeline its watermarks and counts, a swap the old and
 * new rows. This reads everything in one transaction, so the counts belong to exactly these objects.
 * @param through the last local day of the objects: visits of the span may continue after it.
 */
export async function takeDaySnapshot(
  db: D1Database,
  siteId: string,
  span: Span,
  through: string,
): Promise<DaySnapshot> {
  const ids = countedIdsOf(siteId);
  const { from, to, firstHour, endHour } = span;
  const [files, marks, corrected, cube, closed, shed, ...rollups] = await db.batch([
    db.prepare(FILES).bind(siteId, from, through, firstHour * 1000, endHour * 1000),
    db.prepare("SELECT dataset, position FROM watermarks WHERE site_id = ?").bind(siteId),
    db.prepare("SELECT counted_at FROM receipts WHERE message_id = ?").bind(correctionId(siteId, from)),
    db.prepare("SELECT * FROM techstack_days WHERE site_id = ? AND day BETWEEN ? AND ?").bind(siteId, from, to),
    ...cappedStatements(db, siteId, span),
    ...ids.flatMap((id) => rollupStatements(db, id, span)),
  ]);
  const listed = files!.results as LakeFile[];
  const known = new Map(
    (marks!.results as { dataset: string; position: number }[]).map((row) => [row.dataset, row.position]),
  );
  const capped = toCappedDays(closed!, shed!);
  const isCapped = capped.closed.length > 0 || capped.shed.size > 0;
  const admitted = new Map(isCapped ? ids.map((id, i) => [id, toAdmitted(rollups[2 * i + 1]!)]) : []);
  const kept = new Map(ids.map((id, i): [string, Rollup] => [id, toRollup(rollups[2 * i]!, rollups[2 * i + 1]!)]));
  return {
    lake: {
      events: listed.filter(({ zone }) => zone !== "ip_enrichment"),
      enrichments: listed.filter(({ zone }) => zone === "ip_enrichment"),
    },
    positions: Object.fromEntries(
      DATASETS.map((dataset) => [dataset, known.get(dataset) ?? 0]),
    ) as DaySnapshot["positions"],
    kept: {
      rollups: asCapped(kept, capped, admitted),
      cube: cube!.results as unknown as CubeRow[],
    },
    capped,
    admitted,
    corrected_at: (corrected!.results[0] as { counted_at: number } | undefined)?.counted_at ?? null,
  };
}

/**
 * Adds the missing counts of one day, all or nothing. Counts only add up, so counts written since the snapshot do not
 * matter.
 * @throws when the day has been corrected since the snapshot. Take a new one then.
 */
export async function addToDay(
  db: D1Database,
  siteId: string,
  day: string,
  { corrected_at }: Pick<DaySnapshot, "corrected_at">,
  change: DayCounts,
  now: number,
): Promise<void> {
  const id = correctionId(siteId, day);
  const receipt =
    corrected_at === null
      ? db.prepare("INSERT INTO receipts (message_id, counted_at) VALUES (?, ?)").bind(id, now)
      : // NULL fails the batch.
        db
          .prepare("UPDATE receipts SET counted_at = iif(counted_at = ?2, ?3, NULL) WHERE message_id = ?1")
          .bind(id, corrected_at, Math.max(now, corrected_at + 1));
  await db.batch([receipt, ...addStatements(db, siteId, change, now)]);
}

/** For a batch: adds to all counts in D1. Negative numbers subtract. */
export function addStatements(
  db: D1Database,
  siteId: string,
  { rollups, cube }: DayCounts,
  now: number,
): D1PreparedStatement[] {
  return [...countStatements(db, rollups, now), ...cubeStatements(db, siteId, cube)];
}
