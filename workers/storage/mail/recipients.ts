// Finds the properties with recipients or a webhook in their settings. By default a property has neither.
import type { Reports } from "../../domain/mail/mail";
import { settingsInput } from "../../domain/properties/settings";
import { canonicalZone } from "../../domain/time/zone-name";

export interface MailedProperty {
  site_id: string;
  name: string;
  timezone: string;
  reports: Reports;
}

const COLUMNS =
  "SELECT p.site_id, p.name, p.timezone, s.settings FROM property_settings s JOIN properties p USING (site_id)";
const SOMEBODY = `p.deleted_at IS NULL AND (json_array_length(s.settings, '$.reports.recipients') > 0
  OR s.settings ->> '$.reports.webhook' IS NOT NULL)`;

type Row = Omit<MailedProperty, "reports"> & { settings: string };
const toMailedProperty = ({ settings, ...row }: Row): MailedProperty => ({
  ...row,
  timezone: canonicalZone(row.timezone),
  reports: settingsInput.parse(JSON.parse(settings)).reports,
});

/** All properties with recipients or a webhook, or those among `siteIds` if given. */
export async function listMailedProperties(
  db: D1Database,
  siteIds: readonly string[] | null = null,
): Promise<MailedProperty[]> {
  const only = siteIds === null ? "" : "AND p.site_id IN (SELECT value FROM json_each(?))";
  const statement = db.prepare(`${COLUMNS} WHERE ${SOMEBODY} ${only} ORDER BY p.site_id`);
  const { results } = await (siteIds === null ? statement : statement.bind(JSON.stringify(siteIds))).all<Row>();
  return results.map(toMailedProperty);
}

/** The work of the runs between two times for a property: sums of rows and objects, and of the reported numbers. */
export interface RunSums {
  runs: number;
  files: number;
  rows: number;
  seconds: number;
  report: Record<string, number>;
}

export async function readRunSums(db: D1Database, siteId: string, from: number, to: number): Promise<RunSums> {
  const runs = "FROM pipeline_run_properties WHERE site_id = ?1 AND started_at >= ?2 AND started_at < ?3";
  const [sums, reports] = await db.batch<Record<string, number | string | null>>([
    db
      .prepare(
        `SELECT count(*) AS runs, coalesce(sum(files), 0) AS files, coalesce(sum(rows), 0) AS rows,
           coalesce(sum(ended_at - started_at), 0) / 1000.0 AS seconds ${runs}`,
      )
      .bind(siteId, from, to),
    db
      .prepare(
        `SELECT j.key AS name, sum(j.value) AS sum ${runs.replace("WHERE", ", json_each(report) j WHERE")}
           AND j.type IN ('integer', 'real') GROUP BY j.key ORDER BY j.key`,
      )
      .bind(siteId, from, to),
  ]);
  const row = (sums?.results[0] ?? {}) as Record<string, number>;
  return {
    runs: row.runs ?? 0,
    files: row.files ?? 0,
    rows: row.rows ?? 0,
    seconds: row.seconds ?? 0,
    report: Object.fromEntries((reports?.results ?? []).map(({ name, sum }) => [String(name), Number(sum)])),
  };
}

/** The topics among these (`weekly_report/site/2026-11-16`) for which a mail was queued. */
export async function mailedTopics(db: D1Database, topics: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare(
      `SELECT value AS topic FROM json_each(?)
       WHERE EXISTS (SELECT 1 FROM mails WHERE id >= value || '/' AND id < value || '0')`,
    )
    .bind(JSON.stringify(topics))
    .all<{ topic: string }>();
  return new Set(results.map(({ topic }) => topic));
}
