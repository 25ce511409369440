// The weekly and the monthly report: which are due, their numbers, and the task that writes and sends them. The task may
// run every hour: it writes each report once.
import type { MetricName } from "../domain/events/catalog";
import type { MailKind, NewMail } from "../domain/mail/mail";
import { type ReportData, toReportLetter } from "../domain/mail/report-letter";
import { dueReport, periodBefore, type ReportPeriod } from "../domain/mail/report-period";
import { type Answer, toAnswer } from "../domain/queries/answer";
import type { Days } from "../domain/queries/period";
import { toPlan } from "../domain/queries/plan";
import { toQuery } from "../domain/queries/query";
import type { RunReport } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { inPortions } from "../jobs/portions";
import type { Steps } from "../jobs/steps";
import { readForecast } from "../storage/counts/forecast";
import { readRollups } from "../storage/counts/rollups";
import { listMailedProperties, type MailedProperty, mailedTopics } from "../storage/mail/recipients";
import { queueDailySummaries, queueInPortions } from "./news";
import { type SendEnv, sendOutbox } from "./send";
import { mailsAbout, type WriteEnv } from "./write";

export const KIND_OF: Record<ReportPeriod, MailKind> = { week: "weekly_report", month: "monthly_report" };
const SWITCH = { week: "weekly", month: "monthly" } as const;

const FIGURES: readonly MetricName[] = [
  "visitors",
  "visits",
  "pageviews",
  "bounce_rate",
  "visit_duration",
  "views_per_visit",
];
const TOP = 5;

type ZonedProperty = Pick<MailedProperty, "site_id" | "timezone">;

/** Answers a query of the API from the rollups. */
async function ask(
  db: D1Database,
  { site_id, timezone }: ZonedProperty,
  now: number,
  { first, last }: Days,
  more: object,
) {
  const query = toQuery({ site_id, date_range: [first, last], ...more });
  const plan = toPlan(query, { timezone, now, firstDay: null });
  return (toAnswer(plan, await readRollups(db, plan)) as Answer).results;
}

/** The numbers of a period. @returns null for a period without visitors. */
export async function readReport(
  db: D1Database,
  property: ZonedProperty,
  period: ReportPeriod,
  days: Days,
  now: number,
): Promise<ReportData | null> {
  const before = periodBefore(period, days);
  const comparisons = { mode: "custom", date_range: [before.first, before.last] };
  const top = (metric: MetricName, dimension: string) =>
    ask(db, property, now, days, { metrics: [metric], dimensions: [dimension], pagination: { limit: TOP } });
  const [[totals], pages, sources, ahead] = await Promise.all([
    ask(db, property, now, days, { metrics: FIGURES, include: { comparisons } }),
    top("pageviews", "event:page"),
    top("visitors", "visit:source"),
    readForecast(db, property, "visitors", now),
  ]);
  const figures = FIGURES.map((metric, i) => ({
    metric,
    value: totals?.metrics[i] ?? null,
    before: totals?.comparison?.metrics[i] ?? null,
  }));
  if (!figures[0]?.value) return null;
  return {
    period,
    days,
    before,
    figures,
    pages: pages.map(({ dimensions, metrics }) => ({ value: dimensions[0] ?? "", pageviews: metrics[0] ?? 0 })),
    sources: sources.map(({ dimensions, metrics }) => ({ value: dimensions[0] ?? "", visitors: metrics[0] ?? 0 })),
    forecast: ahead,
  };
}

interface Due extends MailedProperty {
  days: Days;
}

/** Reports that are due and not written yet. */
export async function dueReports(
  db: D1Database,
  period: ReportPeriod,
  now: number,
  siteIds: readonly string[] | null,
): Promise<Due[]> {
  const due = (await listMailedProperties(db, siteIds)).flatMap((property) => {
    const days = property.reports[SWITCH[period]] ? dueReport(period, now, property.timezone) : null;
    return days ? [{ ...property, days }] : [];
  });
  const topicOf = ({ site_id, days }: Due) => `${KIND_OF[period]}/${site_id}/${days.first}`;
  const known = await mailedTopics(db, due.map(topicOf));
  return due.filter((report) => !known.has(topicOf(report)));
}

export async function reportMails(
  env: WriteEnv,
  property: MailedProperty,
  period: ReportPeriod,
  days: Days,
  now: number,
): Promise<NewMail[]> {
  const data = await readReport(env.DB, property, period, days, now);
  if (!data) return [];
  return mailsAbout(env, property, { kind: KIND_OF[period], subject_id: days.first, data, toLetter: toReportLetter });
}

/** Properties per step: each takes four queries of D1, and a step has a time limit. */
const PORTION = 20;

/** Writes the due reports of a period. @returns the number of new mails. */
async function writePeriod(
  env: WriteEnv,
  steps: Steps,
  { due, site_id }: TaskParams,
  period: ReportPeriod,
): Promise<{ properties: number; written: number }> {
  const siteIds = await steps.do(`look up reports of the ${period}`, async (note) => {
    const found = await dueReports(env.DB, period, due, site_id === null ? null : [site_id]);
    note(`${found.length} properties`);
    return found.map((report) => report.site_id);
  });
  let written = 0;
  for (const { items, number } of inPortions(siteIds, PORTION))
    written += await steps.do(`write reports of the ${period} ${number}`, async (note) => {
      let queued = 0;
      for (const { days, ...property } of await dueReports(env.DB, period, due, items))
        queued += await queueInPortions(env, await reportMails(env, property, period, days, due), due);
      note(`${queued} mails`);
      return queued;
    });
  return { properties: siteIds.length, written };
}

/**
 * Task `reports`: writes the due mails of one property or of all (reports of one period or of both, and the daily run
 * summaries), then sends the outbox.
 */
export async function writeReports(env: WriteEnv & SendEnv, steps: Steps, params: TaskParams): Promise<RunReport> {
  const done = { properties: 0, written: 0 };
  for (const period of params.period ? [params.period] : (["week", "month"] as const)) {
    const { properties, written } = await writePeriod(env, steps, params, period);
    done.properties += properties;
    done.written += written;
  }
  if (!params.period && params.site_id === null)
    done.written += await steps.do("write daily summaries", () => queueDailySummaries(env, params.due));
  const sent = await steps.do("send mail", async (note) => {
    const outcome = await sendOutbox(env, Date.now());
    note(`${outcome.sent} sent, ${outcome.failed} failed`);
    return outcome;
  });
  return { ...done, sent: sent.sent, failed: sent.failed };
}
