// The input of restamping a day: the objects with its events and those of the day before, listed in one transaction
// with the position of the pipeline.
import type { LakeFile } from "../../domain/lake/object";
import { DATASETS } from "../../domain/lake/zones";

export interface RestampSnapshot {
  /** Objects with events of the day that the pipeline has processed. Only these may be replaced. */
  day: LakeFile[];
  /** Objects with events of the day before. */
  before: LakeFile[];
  enrichments: LakeFile[];
  /** Whether objects with events of the day still wait for the pipeline. */
  isWaiting: boolean;
  /** The last object of the property. */
  last: number;
}

const FILES = `SELECT * FROM lake_files WHERE site_id = ?1 AND (zone = 'ip_enrichment'
  OR zone IN ('raw', 'events') AND max_date >= ?2 AND min_date <= ?3) ORDER BY id`;
const POSITION = `SELECT count(*) AS datasets, min(position) AS position FROM watermarks
  WHERE site_id = ?1 AND dataset IN (SELECT value FROM json_each(?2))`;
const LAST = "SELECT coalesce(max(id), 0) AS last FROM lake_files WHERE site_id = ?";

export async function takeRestampSnapshot(
  db: D1Database,
  siteId: string,
  dayBefore: string,
  day: string,
): Promise<RestampSnapshot> {
  const [files, marks, lasts] = await db.batch([
    db.prepare(FILES).bind(siteId, dayBefore, day),
    db.prepare(POSITION).bind(siteId, JSON.stringify(DATASETS)),
    db.prepare(LAST).bind(siteId),
  ]);
  const listed = files!.results as LakeFile[];
  const mark = marks!.results[0] as { datasets: number; position: number | null };
  const settled = mark.datasets === DATASETS.length ? (mark.position ?? 0) : 0;
  const ofDay = listed.filter(
    ({ zone, min_date, max_date }) => zone !== "ip_enrichment" && min_date <= day && max_date >= day,
  );
  const isSettled = ({ zone, id }: LakeFile) => zone === "events" || id <= settled;
  return {
    day: ofDay.filter(isSettled),
    before: listed.filter(({ zone, min_date }) => zone !== "ip_enrichment" && min_date <= dayBefore),
    enrichments: listed.filter(({ zone }) => zone === "ip_enrichment"),
    isWaiting: !ofDay.every(isSettled),
    last: (lasts!.results[0] as { last: number }).last,
  };
}
