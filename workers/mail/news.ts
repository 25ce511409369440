// Mails about runs, failures, anomalies and capacity, as the settings of each property ask for them. Reports are in
// reports.ts. Callers write the mails in a batch of their own (outboxStatement) or queue them here; send.ts sends them.
import type { AnomalyRecord } from "../domain/anomalies/record";
import { type AnomalyData, toAnomalyLetter } from "../domain/mail/anomaly-letter";
import { toBudgetLetter, toCapacityLetter } from "../domain/mail/capacity-letter";
import type { NewMail } from "../domain/mail/mail";
import { type FailureData, type RunSummaryData, toFailureLetter, toRunSummaryLetter } from "../domain/mail/run-letter";
import { toHex } from "../domain/requests/hex";
import type { RowBudget } from "../domain/runs/row-budget";
import type { RunReport } from "../domain/runs/run";
import { addDays, localDate, startOfDate } from "../domain/time/zone";
import type { Capacity } from "../domain/visits/capacity";
import { siteIds as listSiteIds } from "../storage/lake/listing";
import { queueMails } from "../storage/mail/outbox";
import { listMailedProperties, type MailedProperty, readRunSums } from "../storage/mail/recipients";
import { mailsAbout, type WriteEnv } from "./write";

/** What a run did for a property. */
export interface RunOfProperty {
  site_id: string;
  run_id: string;
  started_at: number;
  ended_at: number;
  files: number;
  rows: number;
  report: RunReport;
}

/** Mails about runs with data, for properties that want a mail for every run. */
export async function runSummaryMails(env: WriteEnv, runs: readonly RunOfProperty[]): Promise<NewMail[]> {
  const known = new Map(
    (
      await listMailedProperties(
        env.DB,
        runs.map(({ site_id }) => site_id),
      )
    ).map((property) => [property.site_id, property]),
  );
  const mails = runs.map(async ({ site_id, run_id, started_at, ended_at, files, rows, report }) => {
    const property = known.get(site_id);
    if (property?.reports.run_summary !== "every" || rows === 0) return [];
    const data: RunSummaryData = {
      of: { kind: "run", run_id, started_at },
      files,
      rows,
      seconds: (ended_at - started_at) / 1000,
      report,
      timezone: property.timezone,
    };
    return mailsAbout(env, property, { kind: "run_summary", subject_id: run_id, data, toLetter: toRunSummaryLetter });
  });
  return (await Promise.all(mails)).flat();
}

/** @returns the number of new mails. */
export async function queueRunSummary(env: WriteEnv, runs: readonly RunOfProperty[], now: number): Promise<number> {
  return queueInPortions(env, await runSummaryMails(env, runs), now);
}

async function dailySummary(env: WriteEnv, property: MailedProperty, now: number): Promise<NewMail[]> {
  const date = addDays(localDate(now, property.timezone), -1);
  const [from, to] = [startOfDate(date, property.timezone), startOfDate(addDays(date, 1), property.timezone)];
  const { runs, files, rows, seconds, report } = await readRunSums(env.DB, property.site_id, from, to);
  if (runs === 0) return [];
  const data: RunSummaryData = {
    of: { kind: "day", date, runs },
    files,
    rows,
    seconds,
    report,
    timezone: property.timezone,
  };
  return mailsAbout(env, property, {
    kind: "run_summary",
    subject_id: `day-${date}`,
    data,
    toLetter: toRunSummaryLetter,
  });
}

/** Yesterday's runs, for properties that want a daily mail. Calling it again queues nothing twice. */
export async function queueDailySummaries(env: WriteEnv, now: number): Promise<number> {
  const daily = (await listMailedProperties(env.DB)).filter(({ reports }) => reports.run_summary === "daily");
  let queued = 0;
  for (const property of daily) queued += await queueInPortions(env, await dailySummary(env, property, now), now);
  return queued;
}

/** A hash of the error without its numbers and ids, which differ between two failures of the same cause. */
async function causeOf(error: string): Promise<string> {
  const bytes = new TextEncoder().encode(error.slice(0, 300).replace(/[0-9a-f-]*\d[0-9a-f-]*/gi, "#"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return toHex(digest.slice(0, 4));
}

/** A failed run of all properties may name an object of one. The owners of the others must not see its id. */
const withoutOthers = (error: string, known: readonly string[], siteId: string): string =>
  error.replace(/\S+/g, (word) => (known.some((id) => id !== siteId && word.includes(id)) ? "…" : word));

/**
 * Mails about a failure, immediately and whatever the summary policy, to the recipients of `siteIds` or of all properties.
 * A run that fails every five minutes for the same cause sends one mail a local day.
 */
export async function failureMails(
  env: WriteEnv,
  siteIds: readonly string[] | null,
  failure: Omit<FailureData, "timezone">,
): Promise<NewMail[]> {
  const cause = await causeOf(failure.error);
  const known = siteIds === null ? await listSiteIds(env.DB) : [];
  const mails = (await listMailedProperties(env.DB, siteIds)).map((property) => {
    const error = withoutOthers(failure.error, known, property.site_id);
    const data: FailureData = { ...failure, error, timezone: property.timezone };
    const subject_id = `${failure.kind}-${localDate(failure.failed_at, property.timezone)}-${cause}`;
    return mailsAbout(env, property, { kind: "failure", subject_id, data, toLetter: toFailureLetter });
  });
  return (await Promise.all(mails)).flat();
}

export async function queueFailure(
  env: WriteEnv,
  siteIds: readonly string[] | null,
  failure: Omit<FailureData, "timezone">,
  now: number,
): Promise<number> {
  return queueInPortions(env, await failureMails(env, siteIds, failure), now);
}

/** Mails about an anomaly, where the settings ask for them. An anomaly that was mailed before makes no new mail. */
export async function anomalyMails(
  env: WriteEnv,
  siteId: string,
  id: string,
  record: AnomalyRecord,
): Promise<NewMail[]> {
  const [property] = await listMailedProperties(env.DB, [siteId]);
  if (!property?.reports.anomalies) return [];
  const data: AnomalyData = { ...record, id, timezone: property.timezone };
  return mailsAbout(env, property, { kind: "anomaly", subject_id: id, data, toLetter: toAnomalyLetter });
}

export async function queueAnomaly(
  env: WriteEnv,
  siteId: string,
  id: string,
  record: AnomalyRecord,
  now: number,
): Promise<number> {
  return queueInPortions(env, await anomalyMails(env, siteId, id, record), now);
}

/** Warns that a property has nearly as many visitors as its shards remember: once a month per level and number of shards. */
export async function queueCapacity(env: WriteEnv, siteId: string, capacity: Capacity, now: number): Promise<number> {
  if (capacity.level === "ok" || capacity.date === null) return 0;
  const [property] = await listMailedProperties(env.DB, [siteId]);
  if (!property) return 0;
  const subject_id = `${capacity.level}-${capacity.shards}-${capacity.date.slice(0, 7)}`;
  const topic = { kind: "capacity" as const, subject_id, data: capacity, toLetter: toCapacityLetter };
  return queueInPortions(env, await mailsAbout(env, property, topic), now);
}

/** Tells that a property's counts are summed for want of budget, once a UTC day. */
export async function queueBudget(env: WriteEnv, siteId: string, budget: RowBudget, now: number): Promise<number> {
  if (!budget.shed) return 0;
  const [property] = await listMailedProperties(env.DB, [siteId]);
  if (!property) return 0;
  const subject_id = `budget-${budget.shed.since.slice(0, 10)}`;
  const topic = { kind: "capacity" as const, subject_id, data: budget, toLetter: toBudgetLetter };
  return queueInPortions(env, await mailsAbout(env, property, topic), now);
}

/** Mails in one statement: a mail has up to 30 KB, and a D1 parameter holds 2 MB. */
const MAILS = 50;

export async function queueInPortions(env: WriteEnv, mails: readonly NewMail[], now: number): Promise<number> {
  let queued = 0;
  for (let i = 0; i < mails.length; i += MAILS) queued += await queueMails(env.DB, mails.slice(i, i + MAILS), now);
  return queued;
}
