// Watermarks in D1, and the objects after them.
import { BOUNDS, type Unit, type Waiting } from "../../domain/lake/units";
import { DATASETS, type Dataset } from "../../domain/lake/zones";

/** The watermarks of properties with a backlog, without properties being deleted. */
export async function waitingProperties(db: D1Database): Promise<Record<string, number>> {
  const { results } = await db
    .prepare(
      `SELECT f.site_id, coalesce(w.position, 0) AS position FROM lake_files f
       JOIN properties p ON p.site_id = f.site_id AND p.deleted_at IS NULL
       LEFT JOIN watermarks w ON w.site_id = f.site_id AND w.dataset = 'techstack'
       WHERE f.zone = 'raw' AND f.id > coalesce(w.position, 0) GROUP BY f.site_id`,
    )
    .all<{ site_id: string; position: number }>();
  return Object.fromEntries(results.map(({ site_id, position }) => [site_id, position]));
}

/**
 * Raw objects after the watermarks of some properties, oldest first, up to a limit. Each property has at most one unit,
 * so that a long backlog does not hide the others.
 */
export async function waitingObjects(
  db: D1Database,
  positions: Readonly<Record<string, number>>,
  limit: number,
): Promise<Waiting[]> {
  const { results } = await db
    .prepare(
      `SELECT site_id, id, rows, position FROM (
         SELECT f.site_id, f.id, f.rows, after.value AS position,
           row_number() OVER (PARTITION BY f.site_id ORDER BY f.id) AS place
         FROM json_each(?1) after
         JOIN lake_files f ON f.zone = 'raw' AND f.site_id = after.key AND f.id > after.value)
       WHERE place <= ?3 ORDER BY id LIMIT ?2`,
    )
    .bind(JSON.stringify(positions), limit, BOUNDS.unitFiles)
    .all<Waiting>();
  return results;
}

/** Keys of the raw objects of a unit, in order. */
export async function objectsOfUnit(db: D1Database, { site_id, first_id, last_id }: Unit): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT key FROM lake_files WHERE zone = 'raw' AND site_id = ? AND id BETWEEN ? AND ? ORDER BY id")
    .bind(site_id, first_id, last_id)
    .all<{ key: string }>();
  return results.map(({ key }) => key);
}

/**
 * For a batch: moves all datasets of a property from one position to another. The batch fails if one of them has
 * another position, because another run has processed these objects. It also fails if the property is being deleted: a
 * run that waited for half an hour must not write rows that nothing would remove.
 */
export function moveWatermarks(
  db: D1Database,
  siteId: string,
  from: number,
  to: number,
  now: number,
): D1PreparedStatement[] {
  const datasets = JSON.stringify(DATASETS);
  return [
    db
      .prepare(
        `INSERT INTO watermarks (site_id, dataset, position, moved_at) SELECT ?1, value, 0, ?2 FROM json_each(?3) WHERE true
         ON CONFLICT DO NOTHING`,
      )
      .bind(siteId, now, datasets),
    db
      .prepare(
        `UPDATE watermarks SET moved_at = ?4, position = iif(position = ?2
           AND EXISTS (SELECT 1 FROM properties p WHERE p.site_id = ?1 AND p.deleted_at IS NULL), ?3, NULL)
         WHERE site_id = ?1 AND dataset IN (SELECT value FROM json_each(?5))`,
      )
      .bind(siteId, from, to, now, datasets),
  ];
}

/** The position that all datasets of a property have reached. 0 before the first run. */
export async function processedUntil(db: D1Database, siteId: string): Promise<number> {
  const positions = await watermarksOf(db, siteId);
  return Math.min(...DATASETS.map((dataset) => positions.find((row) => row.dataset === dataset)?.position ?? 0));
}

export interface Watermark {
  dataset: Dataset;
  position: number;
  moved_at: number;
}

export async function watermarksOf(db: D1Database, siteId: string): Promise<Watermark[]> {
  const { results } = await db
    .prepare("SELECT dataset, position, moved_at FROM watermarks WHERE site_id = ?")
    .bind(siteId)
    .all<Watermark>();
  return results;
}

export interface Backlog {
  files: number;
  rows: number;
  /** ms since 1970; null without a backlog. */
  oldest: number | null;
}

/** The backlog of a property: its objects after a position. */
export async function backlogOf(db: D1Database, siteId: string, position: number): Promise<Backlog> {
  const row = await db
    .prepare(
      `SELECT count(*) AS files, coalesce(sum(rows), 0) AS rows, min(created_at) AS oldest FROM lake_files
       WHERE zone = 'raw' AND site_id = ? AND id > ?`,
    )
    .bind(siteId, position)
    .first<Backlog>();
  return row ?? { files: 0, rows: 0, oldest: null };
}
