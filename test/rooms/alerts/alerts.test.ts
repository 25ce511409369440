// Alerts: what a property counts is judged hourly; each anomaly is one row, explained, and told once whatever happens.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { alerts } from "../../../workers/alerts/alerts";
import { emptyRollup } from "../../../workers/domain/counts/rollup";
import { addDays, startOfDate } from "../../../workers/domain/time/zone";
import { tasksDue } from "../../../workers/jobs/schedule";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { atPlace, breakable, stubborn } from "../chance";
import { Chaos, type Kept } from "../chaos";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import {
  type Alerts,
  aMailbox,
  aSpike,
  DAY,
  givenTold,
  HOUR,
  kept,
  LAST_HOUR,
  mailsOf,
  NOW,
  run,
  TODAY,
} from "./given-alerts";
import { addCrowd, addErrors, givenCounts, givenErrorHours, usualTraffic, type ZonedProperty } from "./given-counts";

givenFreshStorage();

/** Of the crashes: three, unless FAULT_ROUNDS asks for more than its 400. */
const SEEDS = Array.from({ length: Math.ceil((3 * Number(env.FAULT_ROUNDS ?? 400)) / 400) }, (_, i) => i + 1);

describe("a spike", () => {
  it("is one anomaly, explained by its source, told once however often the task runs and however it grows", async () => {
    const place = await givenTold();
    const box = aMailbox();
    await givenCounts(place, usualTraffic(place, { until: NOW }));
    expect(await run(box.given)).toMatchObject({ properties: 1, anomalies: 0, mails: 0, sent: 0 });
    await givenCounts(place, aSpike(place), false);
    expect(await run(box.given)).toMatchObject({ anomalies: 1, mails: 1, sent: 1, failed: 0 });
    expect(await run(box.given)).toMatchObject({ anomalies: 0, mails: 0, sent: 0 });
    const [first, ...others] = await kept(place);
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      grain: "hour",
      direction: "spike",
      severity: "warning",
      started_at: new Date(LAST_HOUR).toISOString(),
      ended_at: new Date(LAST_HOUR + HOUR).toISOString(),
      threshold: null,
      dismissed: false,
    });
    expect(first?.metrics.length).toBeGreaterThan(0);
    expect(first?.explanation?.value).toMatch(/^(Hacker News|\/launch|US)$/);
    expect(first?.explanation?.share_percent).toBeGreaterThan(80);
    expect(first?.score).toBeGreaterThan(10);
    expect(box.sent[0]).toContain("than usual");

    await givenCounts(place, usualTraffic(place, { until: NOW + 2 * HOUR, days: 0, seed: 2 }), false);
    for (const [hours, visitors] of [
      [1, 800],
      [2, 300],
    ] as const) {
      await givenCounts(place, aSpike(place, visitors, LAST_HOUR + hours * HOUR));
      expect(await run(box.given, NOW + hours * HOUR)).toMatchObject({ anomalies: 1, mails: 0 });
    }
    const grown = await kept(place);
    expect(grown.map(({ id }) => id)).toEqual([first?.id]);
    expect(Date.parse(grown[0]!.ended_at)).toBe(LAST_HOUR + 3 * HOUR);
    // The day as a whole confirms it.
    const midnight = startOfDate(addDays(TODAY, 1), place.timezone) + 10 * 60_000;
    await run(box.given, midnight);
    expect((await kept(place)).filter(({ direction }) => direction === "spike").map(({ id }) => id)).toEqual([
      first?.id,
    ]);
    expect((await mailsOf(place)).filter(({ id }) => id.includes(first!.id)).length).toBe(1);
  });

  it("keeps its row and its silence when counts that were late move its beginning", async () => {
    const place = await givenTold();
    await givenCounts(place, usualTraffic(place, { until: NOW }));
    await givenCounts(place, aSpike(place));
    expect(await run()).toMatchObject({ anomalies: 1, mails: 1 });
    const [first] = await kept(place);
    await givenCounts(place, aSpike(place, 500, LAST_HOUR - 2 * HOUR));
    expect(await run({}, NOW + 60_000)).toMatchObject({ anomalies: 1, mails: 0 });
    const [moved, ...others] = await kept(place);
    expect(others).toEqual([]);
    expect(moved?.id).toBe(first?.id);
    expect(Date.parse(moved!.started_at)).toBe(LAST_HOUR - 2 * HOUR);
  });

  it("of the hour that is not over is not judged", async () => {
    const place = await givenTold();
    await givenCounts(place, usualTraffic(place, { until: NOW }));
    await givenCounts(place, aSpike(place, 1000, LAST_HOUR + HOUR));
    expect(await run()).toMatchObject({ anomalies: 0 });
    // What came until five to four may still be on its way at four.
    expect(await run({}, NOW + 50 * 60_000)).toMatchObject({ anomalies: 0 });
    expect(await run({}, NOW + HOUR)).toMatchObject({ anomalies: 1 });
  });

  it("that was over long before it could be seen is kept, and not told", async () => {
    const place = await givenTold();
    await givenCounts(place, usualTraffic(place, { until: NOW + 2 * DAY }));
    await givenCounts(place, aSpike(place, 1000, LAST_HOUR));
    expect(await run({}, NOW + 30 * HOUR)).toMatchObject({ anomalies: 1, mails: 0 });
  });

  it("is not told to anybody once it was dismissed", async () => {
    const place = await givenTold({ recipients: [] });
    await givenCounts(place, usualTraffic(place, { until: NOW }));
    await givenCounts(place, aSpike(place));
    expect(await run()).toMatchObject({ anomalies: 1, mails: 0 });
    const [{ id } = { id: "" }] = await kept(place);
    const key = await givenKey();
    const path = `/api/v1/properties/${place.site_id}/anomalies`;
    expect((await call("POST", `${path}/${id}/dismiss`, { key })).status).toBe(204);
    expect((await call("POST", `${path}/${id}/dismiss`, { key })).status).toBe(204);
    await changeSettings(env.DB, place.site_id, { reports: { recipients: ["owner@example.com"] } });
    await givenCounts(place, aSpike(place, 500));
    expect(await run()).toMatchObject({ anomalies: 1, mails: 0 });
    expect(await kept(place)).toMatchObject([{ id, dismissed: true }]);
  });
});

describe("a property", () => {
  it("is told of an outage, which nothing explains", async () => {
    const place = await givenTold();
    const silent = (hour: number) => (hour > LAST_HOUR - 4 * HOUR ? 0 : 1);
    await givenCounts(place, usualTraffic(place, { until: NOW, factor: silent }));
    expect(await run()).toMatchObject({ anomalies: 1, mails: 1 });
    expect(await kept(place)).toMatchObject([
      { direction: "outage", severity: "critical", observed: 0, explanation: null },
    ]);
  });

  it("is judged by its owner's settings", async () => {
    const spoilt = async (set: Alerts) => {
      const place = await givenTold({ alerts: set });
      await givenCounts(place, usualTraffic(place, { until: NOW }));
      await givenCounts(place, aSpike(place, 60));
      return place;
    };
    const standard = await spoilt({});
    const off = await spoilt({ enabled: false });
    const indifferent = await spoilt({ least_change_percent: 400 });
    const upper = await spoilt({ least_change_percent: 1000, limits: { visitors: { upper: 120, lower: null } } });
    const lower = await spoilt({ least_change_percent: 1000, limits: { pageviews: { upper: null, lower: 3 } } });
    await run();
    const found = async (place: ZonedProperty) =>
      (await kept(place)).map(({ metric, threshold }) => [metric, threshold]);
    expect((await kept(standard)).length).toBe(1);
    expect(await found(off)).toEqual([]);
    expect(await found(indifferent)).toEqual([]);
    expect(await found(upper)).toEqual([["visitors", { limit: 120, of: "upper" }]]);
    expect(await found(lower)).toEqual([]);
    for (const place of [standard, upper]) expect((await mailsOf(place)).length).toBe(1);
    expect((await mailsOf(upper))[0]?.subject).toContain("visitors above your threshold");
    for (const place of [off, indifferent, lower]) expect(await mailsOf(place)).toEqual([]);
  });

  it("without a baseline has limits all the same, and what they allow is what was expected", async () => {
    const place = await givenTold({ alerts: { limits: { visitors: { upper: 500, lower: null } } } });
    await givenCounts(place, usualTraffic(place, { until: NOW, days: 2 }));
    await givenCounts(place, aSpike(place));
    expect(await run()).toMatchObject({ anomalies: 1, mails: 1 });
    expect(await kept(place)).toMatchObject([
      { metric: "visitors", expected: 500, low: 0, high: 500, score: 0, threshold: { limit: 500, of: "upper" } },
    ]);
  });

  it("hears of errors and 404s on the day itself, with the page that they are on", async () => {
    const place = await givenTold();
    await givenCounts(place, usualTraffic(place, { until: NOW }));
    const errors = emptyRollup();
    for (let ago = 0; ago < 60; ago += 1) {
      const date = addDays(TODAY, -ago);
      addErrors(errors, date, "js_error", 2 + (ago % 3));
      addErrors(errors, date, "not_found", 8 + (ago % 5), "/old");
    }
    await givenCounts(place, errors);
    expect(await run()).toMatchObject({ anomalies: 0 });
    const more = emptyRollup();
    addErrors(more, TODAY, "js_error", 90, "/checkout");
    await givenCounts(place, more, false);
    expect(await run()).toMatchObject({ anomalies: 1, mails: 1 });
    const [found] = await kept(place);
    expect(found).toMatchObject({ metric: "errors", grain: "day", direction: "spike" });
    expect(found?.ended_at).toBe(new Date(NOW).toISOString());
    expect(["/checkout", "failed on /checkout"]).toContain(found?.explanation?.value);
    await givenCounts(place, more);
    expect(await run({}, NOW + HOUR)).toMatchObject({ anomalies: 1, mails: 0 });
    expect((await kept(place)).length).toBe(1);
  });

  it("hears of errors within the hour, and of more than its owner's limit of them", async () => {
    const [usual, limited] = [
      await givenTold(),
      await givenTold({ alerts: { least_change_percent: 1000, limits: { errors: { upper: 25, lower: null } } } }),
    ];
    for (const place of [usual, limited]) {
      await givenCounts(place, usualTraffic(place, { until: NOW }));
      const errors = emptyRollup();
      const hours: [number, number][] = [];
      for (let ago = 1; ago < 55; ago += 1) {
        addErrors(errors, addDays(TODAY, -ago), "js_error", 40);
        for (let hour = 0; hour < 20; hour += 1)
          hours.push([startOfDate(addDays(TODAY, -ago), place.timezone) + (hour + 2) * HOUR, 2]);
      }
      // Half of a day's errors in the hour that is not over.
      addErrors(errors, TODAY, "js_error", 30, "/checkout");
      await givenCounts(place, errors);
      await givenErrorHours(place, "js_error", [...hours, [LAST_HOUR + HOUR, 30]]);
    }
    // Of the hour that has just begun, until ten minutes ago.
    await run({}, NOW + 30 * 60_000);
    expect(await kept(usual)).toMatchObject([
      { metric: "errors", grain: "hour", observed: 30, started_at: new Date(LAST_HOUR + HOUR).toISOString() },
    ]);
    expect(await kept(limited)).toMatchObject([{ metric: "errors", threshold: { limit: 25, of: "upper" } }]);
    for (const place of [usual, limited]) expect((await mailsOf(place)).length).toBe(1);
  });

  it("hears of a bounce rate with the source whose visits bounce", async () => {
    const place = await givenTold();
    await givenCounts(place, usualTraffic(place, { until: LAST_HOUR - 3 * HOUR }));
    const bouncing = emptyRollup();
    for (let hour = LAST_HOUR - 3 * HOUR; hour <= LAST_HOUR; hour += HOUR) {
      addCrowd(bouncing, place, hour, { visitors: 45, source: "Google" });
      addCrowd(bouncing, place, hour, { visitors: 45, source: "(direct)", page: "/pricing", bounces: 1 });
    }
    await givenCounts(place, bouncing);
    await run();
    const found = (await kept(place)).filter(({ metric }) => metric === "bounce_rate");
    expect(found).toMatchObject([{ direction: "spike", explanation: { observed: expect.any(Number) } }]);
    expect(found[0]?.explanation?.value).toMatch(/^(\(direct\)|\/pricing)$/);
    expect(found[0]?.explanation?.expected).toBeCloseTo(50, -1);
    expect(found[0]?.explanation?.observed).toBeGreaterThan(65);
  });
});

describe("the task", () => {
  it("judges the others when one property fails, and ends as failed", async () => {
    const [broken, sound] = [await givenTold(), await givenTold()];
    for (const place of [broken, sound]) {
      await givenCounts(place, usualTraffic(place, { until: NOW }));
      await givenCounts(place, aSpike(place));
    }
    await env.DB.prepare("UPDATE properties SET timezone = 'Nowhere/Nothing' WHERE site_id = ?")
      .bind(broken.site_id)
      .run();
    const box = aMailbox();
    await expect(run(box.given)).rejects.toThrow(broken.site_id);
    expect((await kept(sound)).length).toBe(1);
    expect(box.sent.length).toBe(1);
  });

  it("leaves properties alone that counted nothing in seven weeks", async () => {
    const place = await givenTold();
    await givenProperty();
    await givenCounts(place, usualTraffic(place, { until: NOW - 50 * DAY, days: 10 }));
    expect(await run()).toMatchObject({ properties: 0, anomalies: 0 });
  });

  it("is started by the schedule", () => {
    expect(tasksDue(NOW).map(({ params }) => params)).toContainEqual({ kind: "alerts", site_id: null, due: NOW });
  });

  it.each(SEEDS)("tells each anomaly once, whatever crashes, while it goes on (seed %i)", async (seed) => {
    const chaos = new Chaos(seed);
    const places = [await givenTold(), await givenTold({ recipients: ["a@example.com", "b@example.com"] })];
    for (const place of places) await givenCounts(place, usualTraffic(place, { until: NOW + 2 * HOUR, seed }));
    // Mail waits here: what the outbox promises is tested in outbox.test.ts.
    const given = { ...chaos.bindings(), MAIL_FROM: "" };
    for (const hour of [0, 1, 2]) {
      for (const place of places) await givenCounts(place, aSpike(place, 900 - 200 * hour, LAST_HOUR + hour * HOUR));
      const keptSteps: Kept = new Map();
      const params = { kind: "alerts", site_id: null, due: NOW + hour * HOUR } as const;
      // A step that has failed too often ends the task; the next one makes up for it.
      await chaos
        .untilDone(() => alerts(given, chaos.steps(keptSteps), params, `alerts-${hour}`))
        .catch((error: unknown) => expect(String(error)).toContain("injected"));
    }
    await run({ MAIL_FROM: "" }, NOW + 2 * HOUR);
    for (const [i, place] of places.entries()) {
      const found = await kept(place);
      expect(found.length).toBe(1);
      const about = (await mailsOf(place)).map(({ id }) => id.split("/")[2]);
      expect(about).toEqual(new Array(i + 1).fill(found[0]?.id));
      const { results } = await env.DB.prepare("SELECT report FROM pipeline_run_properties WHERE site_id = ?")
        .bind(place.site_id)
        .all<{ report: string }>();
      // What a step did before it was cut off is not noted twice.
      expect(results.every(({ report }) => report === '{"anomalies":1}')).toBe(true);
    }
    expect(chaos.faults + chaos.kills).toBeGreaterThan(0);
  });

  it("tells an anomaly once that is over, wherever the task is cut off", async () => {
    let places = 0;
    for (; ; places += 1) {
      const place = await givenTold();
      await givenCounts(place, usualTraffic(place, { until: NOW, days: 20 }));
      await givenCounts(place, aSpike(place));
      const { effect, reached } = atPlace(places);
      const params = { kind: "alerts", site_id: place.site_id, due: NOW } as const;
      const cut = alerts({ ...breakable(effect), MAIL_FROM: "" }, stubborn(0), params, "alerts-1");
      await cut.catch((error: unknown) => expect(String(error)).toContain("injected"));
      if (!reached()) break;
      await run({ MAIL_FROM: "" }, NOW, place.site_id);
      expect((await kept(place)).length).toBe(1);
      expect((await mailsOf(place)).length).toBe(1);
    }
    expect(places).toBeGreaterThan(12);
  });
});
