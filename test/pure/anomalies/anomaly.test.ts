// Anomalies: laws that hold for any counts, and what becomes one anomaly.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnomalyQuestion, AnomalySettings, HourPoint } from "../../../workers/domain/anomalies/anomaly";
import { calendarFor } from "../../../workers/domain/anomalies/calendar";
import { comparedDates, explain, type Part, toParts } from "../../../workers/domain/anomalies/explain";
import { findAnomalies, keepIds } from "../../../workers/domain/anomalies/find";
import { toAnomalySettings } from "../../../workers/domain/anomalies/outcome";
import { alertsInput } from "../../../workers/domain/anomalies/record";
import { addDays, startOfDate } from "../../../workers/domain/time/zone";
import { simulateCounts } from "./simulated-counts";

/** What a new property has. */
const SETTINGS = toAnomalySettings(alertsInput.parse({}));
const ZONE = "Europe/Zurich";
const TODAY = "2026-11-18";
const at = (date: string, hour: number) => startOfDate(date, ZONE) / 1000 + hour * 3600;
const FROM = at(TODAY, 0);

/** Sixty days of hours that count what a function of the hour of the clock and the day says; today until `hour`. */
function given(hour: number, count: (hour: number, day: number) => number, first = addDays(TODAY, -60)) {
  const until = at(TODAY, hour);
  const calendar = calendarFor(ZONE, first, TODAY);
  const points = calendar.hourStart.flatMap((start, position): HourPoint[] => {
    if (calendar.hourEnd[position]! > until) return [];
    const day = calendar.dayOfHour[position]! - (calendar.dates.length - 1);
    return [{ hour: start, value: count(calendar.hourOfDay[position]!, day) }];
  });
  return { points, until };
}
const usual = (hour: number, day: number): number =>
  20 + 80 * (hour > 7 && hour < 22 ? 1 : 0) + ((hour * 7 + Math.abs(day) * 13) % 5);
const today = (then: (hour: number) => number) => (hour: number, day: number) =>
  day === 0 ? then(hour) : usual(hour, day);

function ask(
  points: HourPoint[],
  until: number,
  more: Partial<AnomalyQuestion> = {},
  settings: Partial<AnomalySettings> = {},
) {
  const all = { ...SETTINGS, ...settings };
  return findAnomalies({
    timezone: ZONE,
    hours: { visitors: points },
    days: {},
    from: FROM,
    until,
    settings: all,
    ...more,
  });
}
const find = (hour: number, count: (hour: number, day: number) => number, settings: Partial<AnomalySettings> = {}) => {
  const { points, until } = given(hour, count);
  return ask(points, until, {}, settings);
};

describe("an anomaly", () => {
  it("keeps its id and beginning while hours join it", () => {
    const outage = today((hour) => (hour >= 10 && hour < 16 ? 0 : usual(hour, 0)));
    const lengths = [11, 12, 13, 14, 16, 20].map((hour) => find(hour, outage));
    expect(lengths.map((found) => found.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(new Set(lengths.map(([first]) => first!.id)).size).toBe(1);
    expect(lengths.map(([first]) => first!.start)).toEqual(new Array(6).fill(at(TODAY, 10)));
    expect(lengths.map(([first]) => (first!.end - first!.start) / 3600)).toEqual([1, 2, 3, 4, 6, 6]);
    expect(lengths.at(-1)![0]).toMatchObject({
      direction: "outage",
      severity: "critical",
      observed: 0,
      reason: "baseline",
    });
  });

  it("keeps its id when it is judged on the next day", () => {
    const { points, until } = given(
      24,
      today((hour) => (hour >= 18 ? 500 : usual(hour, 0))),
    );
    const [now] = ask(points, until);
    const [later] = ask(points, until, { from: at(TODAY, 23) });
    expect(later!.id).toBe(now!.id);
    expect(later).toEqual(now);
  });

  it("says what was seen, what was expected and within which range", () => {
    const [spike] = find(
      16,
      today((hour) => (hour >= 12 && hour < 15 ? 400 : usual(hour, 0))),
    );
    expect(spike).toMatchObject({ direction: "spike", metric: "visitors", observed: 1200, group: "traffic" });
    expect(spike!.expected).toBeGreaterThan(295);
    expect(spike!.expected).toBeLessThan(330);
    expect(spike!.low).toBeLessThan(spike!.expected!);
    expect(spike!.high).toBeGreaterThan(spike!.expected!);
    expect(spike!.high).toBeLessThan(1200);
    expect(spike!.change).toBeCloseTo((100 * (1200 - spike!.expected!)) / spike!.expected!, 6);
  });

  it("is one for visitors, page views, events and the day", () => {
    const { points, until } = given(
      24,
      today((hour) => (hour > 8 && hour < 20 ? 4 : usual(hour, 0))),
    );
    const times = (factor: number) => points.map(({ hour, value }) => ({ hour, value: value * factor }));
    const days = Array.from({ length: 61 }, (_, back) => {
      const date = addDays(TODAY, -back);
      const [start, end] = [startOfDate(date, ZONE) / 1000, startOfDate(addDays(date, 1), ZONE) / 1000];
      const inside = points.filter(({ hour }) => hour >= start && hour < end);
      return { date, value: inside.reduce((sum, { value }) => sum + value, 0) };
    });
    const hours = { visitors: points, pageviews: times(3), events: times(4) };
    const found = ask(points, until, { hours, days: { visitors: days } });
    expect(found.length).toBe(1);
    expect(found[0]).toMatchObject({ direction: "drop", grains: ["hour", "day"], group: "traffic" });
    expect([...found[0]!.metrics].sort()).toEqual(["events", "pageviews", "visitors"]);
  });

  it("is not seen in less of what is bad: errors that stop wake nobody", () => {
    const { points, until } = given(
      20,
      today(() => 0),
    );
    expect(ask(points, until).length).toBe(1);
    expect(ask(points, until, { hours: { errors: points } })).toEqual([]);
  });

  it("is a bounce rate far from its usual one, of enough visits", () => {
    const { points, until } = given(
      20,
      today(() => 100),
    );
    const rate = (visits: number) =>
      points.map(({ hour }) => {
        const bad = hour >= at(TODAY, 10) && hour < at(TODAY, 16);
        return { hour, value: Math.round(visits * (bad ? 0.9 : 0.45)), of: visits };
      });
    const [found] = ask(points, until, { hours: { bounce_rate: rate(60) } });
    expect(found).toMatchObject({ metric: "bounce_rate", direction: "spike", observed: 90 });
    expect(found!.expected).toBeCloseTo(45, 0);
    expect(ask(points, until, { hours: { bounce_rate: rate(1) } })).toEqual([]);
  });

  it("that was in the baseline hides no other", () => {
    const outage = (hour: number, day: number) =>
      (day === -7 || day === -14) && hour > 8 ? 0 : today((each) => (each >= 12 ? 0 : usual(each, 0)))(hour, day);
    expect(find(16, outage)[0]).toMatchObject({ direction: "outage", start: at(TODAY, 12) });
  });

  it("ends when what was new has become usual", () => {
    const doubled = (hour: number, day: number) => usual(hour, day) * (day > -12 ? 2.5 : 1);
    expect(find(20, doubled)).toEqual([]);
  });
});

describe("judging", () => {
  const counts = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 24, maxLength: 24 });

  it("does not depend on the order of the points, and repeats itself", () => {
    fc.assert(
      fc.property(counts, (hours) => {
        const { points, until } = given(
          24,
          today((hour) => hours[hour]!),
        );
        const found = ask(points, until);
        expect(ask([...points].reverse(), until)).toEqual(found);
        expect(
          ask(
            points.filter(({ value }) => value > 0),
            until,
          ),
        ).toEqual(found);
      }),
      { numRuns: 10, seed: 3 },
    );
  });

  it("is not changed by what comes later", () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 6, max: 23 }), (hours, hour) => {
        const whole = given(
          24,
          today((each) => hours[each]!),
        );
        const known = ask(whole.points, at(TODAY, hour));
        const more = ask(whole.points, whole.until);
        const ids = new Set(more.map(({ id }) => id));
        expect(known.filter(({ id }) => !ids.has(id))).toEqual([]);
      }),
      { numRuns: 10, seed: 4 },
    );
  });

  it("says the same of a time whenever it is asked", () => {
    const first = addDays(TODAY, -90);
    const site = { seed: 11, timezone: ZONE, first, last: TODAY, visitors: 1200, growth: 1.1 };
    const plan = { from: addDays(TODAY, -16), kinds: ["spike", "outage", "day down", "drop"] as const };
    const { hours, end } = simulateCounts(site, plan);
    const on = (days: number) => ask(hours.visitors, end, { from: at(addDays(TODAY, -days), 0) });
    const all = on(16);
    expect(all.length).toBeGreaterThanOrEqual(4);
    for (const days of [12, 8, 5, 2]) {
      const from = at(addDays(TODAY, -days), 0);
      expect(on(days)).toEqual(all.filter((anomaly) => anomaly.end > from));
    }
  });

  it("finds nothing in the same number every hour, whatever it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (value) => {
        expect(find(24, () => value)).toEqual([]);
      }),
      { numRuns: 10, seed: 5 },
    );
  });

  it("finds the same anomaly in ten times as much traffic", () => {
    const drop = today((hour) => (hour >= 10 && hour < 16 ? 10 : usual(hour, 0)));
    const [small] = find(20, drop);
    const [large] = find(20, (hour, day) => 10 * drop(hour, day));
    expect({ ...large, observed: 0, expected: 0, low: 0, high: 0, score: 0, change: 0, severity: "" }).toEqual({
      ...small,
      observed: 0,
      expected: 0,
      low: 0,
      high: 0,
      score: 0,
      change: 0,
      severity: "",
    });
    expect(large!.score).toBeGreaterThanOrEqual(small!.score);
  });

  it("finds no anomaly where a zone moves its clock, in either direction", () => {
    for (const [timezone, from] of [
      ["Europe/Zurich", "2026-03-28"],
      ["Europe/Zurich", "2026-10-24"],
      ["Australia/Lord_Howe", "2026-04-04"],
      ["Australia/Lord_Howe", "2026-10-03"],
      ["America/St_Johns", "2026-03-07"],
    ] as const) {
      const last = addDays(from, 3);
      const calendar = calendarFor(timezone, addDays(from, -60), last);
      const points = calendar.hourStart.map((hour, position) => {
        const length = (calendar.hourEnd[position]! - hour) / 3600;
        return { hour, value: Math.round(length * usual(calendar.hourOfDay[position]!, position)) };
      });
      const start = startOfDate(from, timezone) / 1000;
      expect(ask(points, calendar.dayEnd.at(-1)!, { timezone, from: start })).toEqual([]);
    }
  });

  it("says nothing of a property in its first week, except of limits", () => {
    const first = addDays(TODAY, -5);
    const { points, until } = given(
      20,
      today((hour) => (hour === 10 ? 5000 : usual(hour, 0))),
      first,
    );
    expect(ask(points, until)).toEqual([]);
    const limits = [{ metric: "visitors", grain: "hour", above: 1000 }] as const;
    const [crossed] = ask(points, until, {}, { limits });
    expect(crossed).toMatchObject({ reason: "limit", observed: 5000, expected: null, severity: "warning", score: 0 });
  });

  it("of a metric that is measured only since today says nothing", () => {
    const { points, until } = given(20, (hour, day) => (day === 0 ? usual(hour, 0) : 0));
    const visitors = given(20, usual).points;
    const hours = { visitors, errors: points };
    expect(ask(points, until, { hours }).length).toBe(1);
    expect(ask(points, until, { hours, since: { errors: TODAY } })).toEqual([]);
  });

  it("obeys the owner: switched off, ignored, less and more sensitive", () => {
    const slight = today((hour) => (hour >= 10 && hour < 13 ? usual(hour, 0) * 1.9 : usual(hour, 0)));
    expect(find(20, slight).length).toBe(1);
    expect(find(20, slight, { enabled: false })).toEqual([]);
    expect(find(20, slight, { ignore: ["visitors"] })).toEqual([]);
    expect(find(20, slight, { least_change: 120 })).toEqual([]);
    const counts = simulateCounts({
      seed: 5,
      timezone: ZONE,
      first: addDays(TODAY, -74),
      last: TODAY,
      visitors: 400,
      growth: 1,
    });
    const hours = { pageviews: counts.hours.pageviews, bounce_rate: counts.hours.bounce_rate };
    const number = (sensitivity: AnomalySettings["sensitivity"]) =>
      ask([], counts.end, { hours, from: at(addDays(TODAY, -14), 0) }, { sensitivity, least_change: 20 }).length;
    expect(number("low")).toBeLessThanOrEqual(number("standard"));
    expect(number("standard")).toBeLessThanOrEqual(number("high"));
  });
});

it("an anomaly found again with another beginning keeps the id under which it is known", () => {
  const [known] = find(
    16,
    today((hour) => (hour >= 11 ? 500 : usual(hour, 0))),
  );
  const [found] = find(
    17,
    today((hour) => (hour >= 10 ? 500 : usual(hour, 0))),
  );
  expect(found!.id).not.toBe(known!.id);
  expect(keepIds([found!], [known!])).toEqual([{ ...found, id: known!.id }]);
  expect(keepIds([found!], [{ ...known!, direction: "drop" }])).toEqual([found]);
  expect(keepIds([found!], [])).toEqual([found]);
});

describe("an explanation", () => {
  const part = (dimension: string, value: string, observed: number, expected: number): Part => ({
    dimension,
    value,
    observed,
    expected,
  });

  it("names the value that fell, not the one that is nearly everything", () => {
    const parts = [
      part("visit:country", "CH", 650, 940),
      part("visit:country", "DE", 50, 60),
      part("visit:source", "newsletter", 5, 305),
      part("visit:source", "(direct)", 695, 695),
      part("visit:channel", "Email", 45, 345),
      part("visit:channel", "Direct", 655, 655),
    ];
    const found = explain(parts, { observed: 700, expected: 1000 });
    expect(found.map(({ value }) => value)).toEqual(["newsletter", "Email"]);
    expect(found[0]!.share).toBeCloseTo(100, 6);
    expect(found[0]!.usual).toBeCloseTo(30.5, 6);
  });

  it("is none where everything fell alike", () => {
    const parts = [
      part("visit:source", "a", 250, 500),
      part("visit:source", "b", 150, 300),
      part("visit:source", "c", 100, 200),
    ];
    expect(explain(parts, { observed: 500, expected: 1000 })).toEqual([]);
    expect(explain(parts, { observed: 500, expected: 500 })).toEqual([]);
  });

  it("finds a value that was never there before", () => {
    const parts = [part("event:page", "/new", 900, 0), part("event:page", "/", 400, 380)];
    expect(explain(parts, { observed: 1300, expected: 380 })[0]).toMatchObject({ value: "/new", usual: 0 });
  });

  it("does not depend on the order of what it is given, and goes the way of the whole", () => {
    const any = fc.array(fc.tuple(fc.constantFrom("p", "q", "r"), fc.string(), fc.nat(900), fc.nat(900)), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(any, fc.nat(2000), fc.nat(2000), (rows, observed, expected) => {
        const parts = rows.map(([dimension, value, seen, usually], at) =>
          part(dimension, `${value}${at}`, seen, usually),
        );
        const found = explain(parts, { observed, expected });
        expect(explain([...parts].reverse(), { observed, expected })).toEqual(found);
        for (const each of found) expect(Math.sign(each.observed - each.expected)).toBe(Math.sign(observed - expected));
      }),
      { numRuns: 200, seed: 6 },
    );
  });

  it("is made from days: the same weekdays of six weeks, as far as the day is over", () => {
    const dates = ["2026-11-18"];
    const compared = comparedDates(dates);
    expect(compared).toEqual(["2026-10-07", "2026-10-14", "2026-10-21", "2026-10-28", "2026-11-04", "2026-11-11"]);
    expect(comparedDates(["2026-11-17", "2026-11-18"]).length).toBe(12);
    const row = (value: string, date: string, count: number) => ({ dimension: "visit:source", value, date, count });
    const rows = [
      ...compared.flatMap((date, week) => [row("news", date, 100 + week), row("old", date, week === 0 ? 900 : 50)]),
      row("news", "2026-11-18", 10),
      row("fresh", "2026-11-18", 7),
    ];
    expect(toParts(rows, dates, 0.5)).toEqual([
      { dimension: "visit:source", value: "news", observed: 10, expected: 51.25 },
      { dimension: "visit:source", value: "old", observed: 0, expected: 25 },
      { dimension: "visit:source", value: "fresh", observed: 7, expected: 0 },
    ]);
  });
});
