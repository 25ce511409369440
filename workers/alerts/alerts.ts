// The task `alerts`: finds the anomalies of each property in its hourly and daily counts, stores them, and sends one mail for
// each. It also warns of properties that need more shards or a larger budget of rows.
import { FOLLOWED_DAYS } from "../domain/anomalies/anomaly";
import { causeOf, toCauseQuestion } from "../domain/anomalies/cause";
import { keepIds } from "../domain/anomalies/find";
import { isUnchanged, toAnomalySettings, toKnown, toRecord } from "../domain/anomalies/outcome";
import type { AnomalyRecord } from "../domain/anomalies/record";
import { judgeSeries, type Series, spanOf, toQuestion, type Window, windowAt } from "../domain/anomalies/series";
import type { NewMail } from "../domain/mail/mail";
import type { PropertySettings } from "../domain/properties/settings";
import { reasonOf } from "../domain/requests/describe-error";
import type { RunReport } from "../domain/runs/run";
import { inPortions, stepSize } from "../jobs/portions";
import type { Task } from "../jobs/steps";
import { inTurns } from "../jobs/turns";
import { anomalyMails, queueBudget, queueCapacity } from "../mail/news";
import { type SendEnv, sendOutbox } from "../mail/send";
import type { WriteEnv } from "../mail/write";
import { anomalyStatement, listAnomalies } from "../storage/anomalies/anomalies";
import { countingSites, readSeries, readValueDays, zonedProperties } from "../storage/counts/anomaly-series";
import { readCapacity } from "../storage/counts/capacity";
import { readRowBudget } from "../storage/counts/caps/budget";
import { outboxStatement } from "../storage/mail/outbox";
import { loadSettingsOf } from "../storage/properties/settings";
import { noteUnit } from "../storage/runs/runs";

export type AlertsEnv = WriteEnv & SendEnv;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** An anomaly that ended earlier is stored without a mail: after an outage of the task it is no longer news. */
const TELL_MS = 26 * HOUR;
/** The longest baseline. A property without counts since then cannot be judged. */
const ACTIVE_MS = 49 * DAY;
/** More anomalies than a property can have in the two weeks in which one may still continue. */
const MOST_KNOWN = 200;
/** Properties judged by one step, at least. */
const PORTION = 20;

interface WatchedProperty {
  site_id: string;
  timezone: string;
  settings: PropertySettings;
}

export interface Alerted {
  /** Anomalies that are new or have changed. */
  anomalies: number;
  mails: number;
}

async function explained(db: D1Database, siteId: string, record: AnomalyRecord, series: Series, window: Window) {
  const question = toCauseQuestion(record, window);
  const { all, fact, of, dimensions } = question;
  const rows = await readValueDays(db, siteId, { dimensions: [...dimensions.keys()], dates: all, fact, of });
  return { ...record, explanation: causeOf(record, question, rows, series, window) };
}

/**
 * Judges one property. Anomalies and their mails are written in one batch, so that neither exists without the other.
 * Anomalies that have not changed write nothing.
 */
export async function alertProperty(
  env: WriteEnv,
  { site_id, timezone, settings }: WatchedProperty,
  runId: string,
  now: number,
): Promise<Alerted> {
  const alerts = toAnomalySettings(settings.alerts);
  if (!alerts.enabled) return { anomalies: 0, mails: 0 };
  const window = windowAt(now, timezone);
  const series = await readSeries(env.DB, site_id, spanOf(window));
  const question = toQuestion(series, window, alerts);
  const judged = judgeSeries(question);
  if (judged.length === 0) return { anomalies: 0, mails: 0 };
  const since = { from: window.from * 1000 - FOLLOWED_DAYS * DAY, to: now, limit: MOST_KNOWN };
  const known = new Map((await listAnomalies(env.DB, site_id, since)).map((kept) => [kept.id, kept]));
  const found = keepIds(
    judged,
    [...known.values()].map(({ id, record }) => toKnown(id, record)),
  );
  const statements: D1PreparedStatement[] = [];
  const mails: D1PreparedStatement[] = [];
  for (const anomaly of found) {
    const record = toRecord(anomaly, question, now);
    const kept = known.get(anomaly.id);
    if (kept && isUnchanged(kept.record, record)) continue;
    const whole = await explained(env.DB, site_id, record, series, window);
    statements.push(anomalyStatement(env.DB, site_id, anomaly.id, whole, now));
    if (record.ended_at < now - TELL_MS || kept?.dismissed_at) continue;
    const newMails: NewMail[] = await anomalyMails(env, site_id, anomaly.id, whole);
    if (newMails.length > 0) mails.push(outboxStatement(env.DB, newMails, now));
  }
  if (statements.length === 0) return { anomalies: 0, mails: 0 };
  const report = { anomalies: statements.length };
  const note = noteUnit(env.DB, runId, { site_id, files: 0, rows: 0, report }, now);
  const results = await env.DB.batch([...mails, ...statements, note]);
  const queued = results.slice(0, mails.length).reduce((sum, { meta }) => sum + meta.changes, 0);
  return { anomalies: statements.length, mails: queued };
}

/** Judges some properties. A failure of one does not stop the others. @throws AggregateError after all were tried. */
async function alertPortion(env: AlertsEnv, siteIds: readonly string[], runId: string, now: number): Promise<Alerted> {
  const [properties, settings] = [await zonedProperties(env.DB, siteIds), await loadSettingsOf(env.DB, siteIds)];
  const sum: Alerted = { anomalies: 0, mails: 0 };
  const failures: unknown[] = [];
  for await (const property of inTurns(properties)) {
    const { site_id, timezone } = property;
    try {
      sum.mails += await queueCapacity(env, site_id, await readCapacity(env.DB, property, now), now);
      sum.mails += await queueBudget(env, site_id, await readRowBudget(env.DB, site_id, now), now);
      const done = await alertProperty(env, { site_id, timezone, settings: settings.get(site_id)! }, runId, now);
      sum.anomalies += done.anomalies;
      sum.mails += done.mails;
    } catch (error) {
      failures.push(new Error(`property ${site_id} could not be judged: ${reasonOf(error)}`, { cause: error }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
  return sum;
}

/** Judges one property, or all. Failures are thrown at the end, after all others were judged and their mail was sent. */
export const alerts: Task = async (env: AlertsEnv, steps, { site_id, due }, runId): Promise<RunReport> => {
  const sites =
    site_id === null
      ? await steps.do("list properties", () => countingSites(env.DB, Math.floor((due - ACTIVE_MS) / 1000)))
      : [site_id];
  const total: Alerted = { anomalies: 0, mails: 0 };
  const failures: unknown[] = [];
  for (const { items, from, to } of inPortions(sites, stepSize(sites.length, PORTION))) {
    try {
      const done = await steps.do(`judge ${from}–${to}`, async (note) => {
        const alerted = await alertPortion(env, items, runId, due);
        note(`${items.length} properties, ${alerted.anomalies} anomalies, ${alerted.mails} mails`);
        return alerted;
      });
      total.anomalies += done.anomalies;
      total.mails += done.mails;
    } catch (error) {
      failures.push(error);
    }
  }
  const { sent, failed } = await steps.do("send mail", async (note) => {
    const outcome = await sendOutbox(env, Date.now());
    note(`${outcome.sent} sent, ${outcome.failed} failed`);
    return outcome;
  });
  if (failures.length > 0) throw new Error(failures.map(String).join("; "));
  return { properties: sites.length, ...total, sent, failed };
};
