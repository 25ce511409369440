// What recipients are told: runs by policy, failures at once, anomalies once, reports when their period has ended.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { AnomalyRecord, ForecastView } from "../../../workers/domain/anomalies/record";
import type { MailsView } from "../../../workers/domain/mail/mail";
import type { STANDARD_SETTINGS } from "../../../workers/domain/properties/settings";
import { addDays, localDate } from "../../../workers/domain/time/zone";
import type { Steps } from "../../../workers/jobs/steps";
import { queueAnomaly, queueDailySummaries, queueFailure, queueRunSummary } from "../../../workers/mail/news";
import { readReport, writeReports } from "../../../workers/mail/reports";
import { listMails } from "../../../workers/storage/mail/outbox";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();

const configured = {
  ...env,
  WORKER_URL: "https://track.example",
  DASHBOARD_URL: "https://dash.example",
  MAIL_FROM: "t@example.com",
};
const MONDAY = Date.parse("2026-11-23T07:00:00+01:00");

async function givenTold(reports: Partial<typeof STANDARD_SETTINGS.reports> = {}) {
  const property = await givenProperty();
  await changeSettings(env.DB, property.site_id, { reports: { recipients: ["owner@example.com"], ...reports } });
  return property;
}
const mailsOf = async (siteId: string) =>
  (
    await env.DB.prepare(
      "SELECT id, content ->> 'subject' AS subject, content ->> 'text' AS text, content ->> 'html' AS html FROM mails WHERE site_id = ? ORDER BY id",
    )
      .bind(siteId)
      .all<{ id: string; subject: string; text: string; html: string }>()
  ).results;
const idsOf = async (siteId: string) => (await mailsOf(siteId)).map(({ id }) => id);

const aRun = (site_id: string, given = {}) => ({
  site_id,
  run_id: "run-1",
  started_at: MONDAY,
  ended_at: MONDAY + 14_000,
  files: 2,
  rows: 300,
  report: { techstack_rows: 12 },
  ...given,
});

describe("a run", () => {
  it("is told to those who want every one, once, and only when it had data", async () => {
    const every = await givenTold({ run_summary: "every" });
    const failures = await givenTold();
    const nobody = await givenProperty();
    const runs = [every, failures, nobody].map(({ site_id }) => aRun(site_id));
    expect(await queueRunSummary(configured, runs, MONDAY)).toBe(1);
    expect(await queueRunSummary(configured, runs, MONDAY)).toBe(0);
    expect(
      await queueRunSummary(configured, [aRun(every.site_id, { run_id: "run-2", rows: 0, files: 0 })], MONDAY),
    ).toBe(0);
    const [mail] = await mailsOf(every.site_id);
    expect(mail?.id).toBe(`run_summary/${every.site_id}/run-1/mail/owner@example.com`);
    expect(mail?.text).toContain(`https://dash.example/p/${every.site_id}/pipeline`);
    expect(mail?.text).toContain("https://track.example/mail/optout?t=");
  });

  it("is told with the others of its day to those who want it daily", async () => {
    const { site_id } = await givenTold({ run_summary: "daily" });
    const yesterday = MONDAY - 86_400_000;
    const insert = "INSERT INTO pipeline_run_properties VALUES (?, ?, ?, ?, ?, ?, ?)";
    await env.DB.batch(
      [
        [site_id, "a", yesterday, yesterday + 2000, 1, 100, JSON.stringify({ techstack_rows: 5, note: "x" })],
        [site_id, "b", yesterday + 1, yesterday + 3000, 2, 200, JSON.stringify({ techstack_rows: 7 })],
        [site_id, "c", MONDAY, MONDAY + 1, 9, 900, "{}"],
      ].map((row) => env.DB.prepare(insert).bind(...row)),
    );
    expect(await queueDailySummaries(configured, MONDAY)).toBe(1);
    expect(await queueDailySummaries(configured, MONDAY + 3_600_000)).toBe(0);
    const [mail] = await mailsOf(site_id);
    expect(mail?.subject).toBe("Shop: 2 pipeline runs on 22 Nov 2026");
    for (const fact of ["300", "5s", "Technology rows", "12"]) expect(mail?.text).toContain(fact);
  });

  it("that fails is told at once, the same failure once a day, another one too", async () => {
    const [one, two] = [await givenTold(), await givenTold({ run_summary: "every" })];
    const failure = {
      run_id: "run-1",
      kind: "run" as const,
      started_at: MONDAY,
      failed_at: MONDAY,
      error: "Error: lake lacks object raw/1a2b.parquet",
    };
    expect(await queueFailure(configured, null, failure, MONDAY)).toBe(2);
    const again = { ...failure, run_id: "run-2", error: "Error: lake lacks object raw/77ff.parquet" };
    expect(await queueFailure(configured, [one.site_id], again, MONDAY)).toBe(0);
    expect(
      await queueFailure(configured, [one.site_id], { ...failure, error: "Error: D1 is overloaded" }, MONDAY),
    ).toBe(1);
    expect(await queueFailure(configured, [two.site_id], { ...failure, failed_at: MONDAY + 86_400_000 }, MONDAY)).toBe(
      1,
    );
  });
});

it("a failure of all properties names no other property to one's recipients", async () => {
  const [one, two] = [await givenTold(), await givenTold()];
  const failure = { run_id: "compaction-1", kind: "compaction" as const, started_at: MONDAY, failed_at: MONDAY };
  const error = `Error: lake lacks object raw/site_id=${one.site_id}/date=2026-11-23/1a2b.parquet`;
  await queueFailure(configured, null, { ...failure, error }, MONDAY);
  const told = await Promise.all([one, two].map(async ({ site_id }) => (await mailsOf(site_id))[0]?.text));
  expect(told[0]).toContain(error);
  expect(told[1]).toContain("Error: lake lacks object …");
  expect(told[1]).not.toContain(one.site_id);
});

describe("an anomaly", () => {
  const record: AnomalyRecord = {
    metric: "visitors",
    metrics: ["visitors"],
    grain: "hour",
    direction: "spike",
    severity: "critical",
    started_at: MONDAY,
    ended_at: MONDAY + 3_600_000,
    observed: 500,
    expected: 50,
    low: 30,
    high: 70,
    score: 20,
    explanation: null,
    threshold: null,
  };

  it("is told once, however it grows, by mail and to the webhook, and not to who wants none", async () => {
    const webhook = { url: "https://hooks.example.com/x", secret: "sixteen letters!" };
    const [wants, not] = [await givenTold({ webhook }), await givenTold({ anomalies: false })];
    expect(await queueAnomaly(configured, wants.site_id, "a1", record, MONDAY)).toBe(2);
    expect(await queueAnomaly(configured, wants.site_id, "a1", { ...record, observed: 900 }, MONDAY)).toBe(0);
    expect(await queueAnomaly(configured, not.site_id, "a1", record, MONDAY)).toBe(0);
    expect(await idsOf(wants.site_id)).toEqual([
      `anomaly/${wants.site_id}/a1/mail/owner@example.com`,
      `anomaly/${wants.site_id}/a1/webhook`,
    ]);
  });
});

/** Counts of a local day, as ingest keeps them. */
async function givenDay(
  siteId: string,
  day: string,
  dimension: string,
  value: string,
  visitors: number,
): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO rollup_days (site_id, dimension, day, value, visitors, visits, bounces, duration, pageviews, events,
       engaged_ms, scroll_sum, scroll_views) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5 / 2, ?5 * 60, ?5 * 3, ?5 * 4, 0, 0, 0)`,
  )
    .bind(siteId, dimension, day, value, visitors)
    .run();
}

async function givenWeek(siteId: string): Promise<void> {
  await givenDay(siteId, "2026-11-15", "total", "", 50);
  await givenDay(siteId, "2026-11-16", "total", "", 60);
  await givenDay(siteId, "2026-11-22", "total", "", 40);
  await givenDay(siteId, "2026-11-23", "total", "", 7);
  await givenDay(siteId, "2026-11-20", "page", "/pricing", 44);
  await givenDay(siteId, "2026-11-23", "page", "/too-late", 99);
  await givenDay(siteId, "2026-11-20", "source", "Google", 70);
}

/** Steps that are cut off once, before or after the work of the n-th. */
function cutSteps(n: number, when: "before" | "after"): Steps {
  let place = 0;
  return {
    async do(_, work) {
      place += 1;
      if (place === n && when === "before") throw new Error("cut off");
      const result = await work(() => undefined);
      if (place === n) throw new Error("cut off");
      return JSON.parse(JSON.stringify(result ?? null));
    },
    waitFor: async () => true,
  };
}
const steps = (): Steps => cutSteps(0, "before");

describe("the weekly report", () => {
  const params = { kind: "reports", site_id: null, due: MONDAY, period: "week" } as const;

  it("is written on Monday morning from the numbers of the week, with those of the week before", async () => {
    const { site_id } = await givenTold();
    await givenWeek(site_id);
    expect(await writeReports(configured, steps(), params)).toMatchObject({
      properties: 1,
      written: 1,
      sent: 1,
      failed: 0,
    });
    const [mail] = await mailsOf(site_id);
    expect(mail?.id).toBe(`weekly_report/${site_id}/2026-11-16/mail/owner@example.com`);
    expect(mail?.subject).toBe("Shop: weekly report, 16–22 Nov 2026");
    for (const fact of ["100", "+100%", "50%", "1m 00s", "/pricing", "132", "Google", "70"]) {
      expect(mail?.text).toContain(fact);
      expect(mail?.html).toContain(fact);
    }
    expect(mail?.text).not.toContain("/too-late");
  });

  it("says what to expect of the next days where there is history enough", async () => {
    const { site_id } = await givenTold();
    for (let ago = 0; ago < 42; ago++)
      await givenDay(site_id, new Date(Date.UTC(2026, 10, 22 - ago)).toISOString().slice(0, 10), "total", "", 100);
    await writeReports(configured, steps(), { ...params, site_id });
    expect((await mailsOf(site_id))[0]?.text).toMatch(/FORECAST[\s\S]*Mon 23 Nov +100 /);
  });

  it("forecasts what the dashboard forecasts on the same day, also when it is written late", async () => {
    const now = Date.now();
    const { site_id, timezone } = await givenTold();
    const today = localDate(now, timezone);
    // Growth, a weekly season and an older level: histories of different lengths forecast different numbers.
    for (let ago = 1; ago <= 120; ago++) {
      const visitors = (ago > 50 ? 900 : 300) + 40 * (ago % 7) - ago;
      await givenDay(site_id, addDays(today, -ago), "total", "", visitors);
    }
    const path = `/api/v1/properties/${site_id}/forecast`;
    const { days: screen } = (await (await call("GET", path, { key: await givenKey() })).json()) as ForecastView;
    const week = { first: addDays(today, -9), last: addDays(today, -3) };
    const mail = await readReport(env.DB, { site_id, timezone }, "week", week, now);
    expect(screen).toHaveLength(7);
    expect(screen?.[0]?.date).toBe(today);
    expect(mail?.forecast).toEqual(screen);
  });

  it("is written once, wherever the task was cut off before", async () => {
    const cuts = [1, 2, 3].flatMap((n) => (["before", "after"] as const).map((when) => [n, when] as const));
    for (const [n, when] of cuts) {
      const { site_id } = await givenTold();
      await givenWeek(site_id);
      const own = { ...params, site_id };
      await expect(writeReports(configured, cutSteps(n, when), own)).rejects.toThrow("cut off");
      await writeReports(configured, steps(), own);
      await writeReports(configured, steps(), own);
      const mails = await listMails(env.DB, site_id, 9);
      expect([n, when, mails.map(({ status, attempts }) => [status, attempts])]).toEqual([n, when, [["sent", 1]]]);
    }
  });

  it("is not for who wants none, when nobody came, and not yet before Monday", async () => {
    const [without, empty, early] = [await givenTold({ weekly: false }), await givenTold(), await givenTold()];
    for (const { site_id } of [without, early]) await givenWeek(site_id);
    const sunday = { ...params, due: MONDAY - 86_400_000 * 1.5, site_id: early.site_id };
    expect(await writeReports(configured, steps(), sunday)).toMatchObject({ properties: 0 });
    await writeReports(configured, steps(), { ...params, site_id: without.site_id });
    await writeReports(configured, steps(), { ...params, site_id: empty.site_id });
    for (const { site_id } of [without, empty, early]) expect(await idsOf(site_id)).toEqual([]);
  });

  it("and the monthly one are two", async () => {
    const { site_id } = await givenTold();
    await givenWeek(site_id);
    const due = Date.parse("2026-12-01T07:00:00+01:00");
    await writeReports(configured, steps(), { ...params, due, period: "month" });
    expect(await idsOf(site_id)).toEqual([`monthly_report/${site_id}/2026-11-01/mail/owner@example.com`]);
  });
});

describe("the routes of reports", () => {
  const path = (siteId: string, rest = "") => `/api/v1/properties/${siteId}/reports${rest}`;

  it("list what was told, by whom it is not wanted, and no more of webhooks than their host", async () => {
    const { site_id } = await givenTold({
      webhook: { url: "https://hooks.example.com/s3cret", secret: "sixteen letters!" },
      run_summary: "every",
    });
    await queueRunSummary(configured, [aRun(site_id)], MONDAY);
    const text = await (await call("GET", path(site_id), { key: await givenKey("organization", ["stats"]) })).text();
    expect(text).not.toContain("s3cret");
    const { mails } = JSON.parse(text) as MailsView;
    expect(mails.map(({ channel, recipient, status, created_at }) => [channel, recipient, status, created_at])).toEqual(
      [
        ["mail", "owner@example.com", "queued", new Date(MONDAY).toISOString()],
        ["webhook", "hooks.example.com", "queued", new Date(MONDAY).toISOString()],
      ],
    );
  });

  it("preview every kind, as HTML that runs nothing and as text", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    for (const kind of ["weekly_report", "monthly_report", "run_summary", "failure", "anomaly", "capacity"]) {
      const reply = await call("GET", path(site_id, `/preview?kind=${kind}`), { key });
      expect([kind, reply.status, reply.headers.get("content-type")]).toEqual([kind, 200, "text/html; charset=UTF-8"]);
      expect(reply.headers.get("content-security-policy")).toContain("sandbox");
      expect(await reply.text()).toContain("Shop");
    }
    expect(await (await call("GET", path(site_id, "/preview?part=text"), { key })).text()).toContain("Weekly report");
    expect(await problemOf(await call("GET", path(site_id, "/preview?kind=spam"), { key }))).toBe("invalid");
  });

  it("send a test mail to the recipients, not more than one a minute", async () => {
    const { site_id } = await givenTold();
    const key = await givenKey();
    const reply = await call("POST", path(site_id, "/test"), { key });
    expect(reply.status).toBe(200);
    // The rooms have no sender: the mail is kept with the reason.
    expect(await reply.json()).toEqual({ sent: 0, failed: 1 });
    const { mails } = (await (await call("GET", path(site_id), { key })).json()) as MailsView;
    expect(mails.map(({ status, error }) => [status, error])).toEqual([
      ["failed", "MAIL_FROM is not set, so no email is sent"],
    ]);
    expect(await problemOf(await call("POST", path(site_id, "/test"), { key }))).toBe("too_many");
  });

  it("are for who may: stats to read, manage to send, and somebody to send to", async () => {
    const { site_id } = await givenProperty();
    const reader = await givenKey("organization", ["stats"]);
    expect((await call("POST", path(site_id, "/test"), { key: reader })).status).toBe(403);
    expect((await call("GET", path(site_id), { key: await givenKey("other") })).status).toBe(404);
    expect(await problemOf(await call("POST", path(site_id, "/test"), { key: await givenKey() }))).toBe("conflict");
  });
});
