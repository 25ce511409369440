// The routes of a property's mail: the list of sent mails, previews, and a test mail.
import { Hono } from "hono";
import { z } from "zod";
import { toMail } from "../domain/mail/compose";
import { EXAMPLES } from "../domain/mail/examples";
import { MAIL_KINDS, type MailKind, type MailsView, type MailView, mailId } from "../domain/mail/mail";
import { type ReportData, toReportLetter } from "../domain/mail/report-letter";
import { lastWhole, periodBefore, type ReportPeriod } from "../domain/mail/report-period";
import { TEST_REASON, testSubject } from "../domain/mail/sentences/report";
import type { Property } from "../domain/properties/property";
import { parseInput } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { localDate } from "../domain/time/zone";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { listMails, listOptouts, type MailRow, queueMails } from "../storage/mail/outbox";
import { listMailedProperties } from "../storage/mail/recipients";
import { readReport } from "./reports";
import { sendNow } from "./send";
import { frameFor, mailsAbout } from "./write";

const ROOT = "/api/v1/properties/:site_id/reports";
const NEWEST = 100;
/** Mail is sent in the owner's name: someone with a stolen key should not be able to send many. */
const TEST_PAUSE_MS = 60_000;

const toView = ({ created_at, sent_at, recipient, ...row }: MailRow): MailView => ({
  id: row.id,
  kind: row.kind,
  channel: row.channel,
  recipient: row.channel === "webhook" ? new URL(recipient).host : recipient,
  subject: row.subject,
  status: row.status,
  attempts: row.attempts,
  created_at: new Date(created_at).toISOString(),
  sent_at: sent_at === null ? null : new Date(sent_at).toISOString(),
  error: row.error,
});

/** A report of zeros, for the preview of a period without visitors. */
const emptyReport = (period: ReportPeriod, days: ReportData["days"]): ReportData => ({
  period,
  days,
  before: periodBefore(period, days),
  figures: [{ metric: "visitors", value: 0, before: null }],
  pages: [],
  sources: [],
  forecast: null,
});

/** The report of the last complete week or month. */
async function lastReport(
  env: Cloudflare.Env,
  property: Property,
  period: ReportPeriod,
  now: number,
): Promise<ReportData> {
  const days = lastWhole(period, localDate(now, property.timezone));
  return (await readReport(env.DB, property, period, days, now)) ?? emptyReport(period, days);
}

const previewQuery = z.object({
  kind: z.enum(MAIL_KINDS).default("weekly_report"),
  part: z.enum(["html", "text"]).default("html"),
});
const PERIOD_OF: Partial<Record<MailKind, ReportPeriod>> = { weekly_report: "week", monthly_report: "month" };

export const reportRoutes = new Hono<AppEnv>();

reportRoutes.get(ROOT, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const [rows, unsubscribed] = await Promise.all([
    listMails(c.env.DB, site_id, NEWEST),
    listOptouts(c.env.DB, site_id),
  ]);
  return c.json({ mails: rows.map(toView), unsubscribed } satisfies MailsView);
});

reportRoutes.get(`${ROOT}/preview`, async (c) => {
  const property = await askedProperty(c, "stats");
  const { kind, part } = parseInput(previewQuery, c.req.query());
  const now = Date.now();
  const frame = frameFor(c.env, property, null);
  const period = PERIOD_OF[kind];
  const letter = period
    ? toReportLetter(await lastReport(c.env, property, period, now), frame)
    : EXAMPLES[kind as keyof typeof EXAMPLES](frame, property.timezone, now);
  const mail = toMail(letter, frame);
  if (part === "text") return c.text(mail.text);
  // The dashboard shows this page in a frame. The sandbox keeps scripts and the session away from it.
  c.header(
    "Content-Security-Policy",
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups; frame-ancestors 'self'",
  );
  return c.html(mail.html);
});

reportRoutes.post(`${ROOT}/test`, async (c) => {
  const property = await askedProperty(c, "manage");
  const { site_id } = property;
  const now = Date.now();
  const [mailed] = await listMailedProperties(c.env.DB, [site_id]);
  if (!mailed) throw new Problem("conflict", "property has neither recipients nor a webhook");
  const isTest = ({ id, created_at }: MailRow) => id.includes("/test-") && created_at > now - TEST_PAUSE_MS;
  if ((await listMails(c.env.DB, site_id, NEWEST)).some(isTest))
    throw new Problem("too_many", "test email was sent less than a minute ago");
  const data = await lastReport(c.env, property, "week", now);
  const mails = await mailsAbout(c.env, mailed, {
    kind: "weekly_report",
    subject_id: `test-${now}`,
    data,
    toLetter: (report: ReportData, frame) => {
      const letter = toReportLetter(report, frame);
      return {
        ...letter,
        subject: testSubject(letter.subject),
        reason: TEST_REASON,
      };
    },
  });
  await queueMails(c.env.DB, mails, now);
  return c.json(await sendNow(c.env, mails.map(mailId), now));
});
