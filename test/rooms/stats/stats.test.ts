// Answers out of real D1: rollup rows written by plain SQL, every number held against a sum made without the planner.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { METRICS as CATALOGUE, METRIC_NAMES } from "../../../workers/domain/events/catalog";
import type { Property } from "../../../workers/domain/properties/property";
import type { Answer, AnswerRow } from "../../../workers/domain/queries/answer";
import { toQuery } from "../../../workers/domain/queries/query";
import { answerQuery } from "../../../workers/stats/answer-query";
import { givenFreshStorage, givenProperty } from "../given";

givenFreshStorage();

const FACTS = [
  "visitors",
  "visits",
  "bounces",
  "duration",
  "pageviews",
  "events",
  "engaged_ms",
  "scroll_sum",
  "scroll_views",
] as const;
type Counts = Record<(typeof FACTS)[number], number>;
interface DayRow extends Counts {
  dimension: string;
  day: string;
  value: string;
}
interface HourRow extends Counts {
  hour: number;
}

const [DAY, HOUR] = [86_400_000, 3_600_000];
/** St John's: half-hour zone, −02:30 in summer, −03:30 from 1 November 2026, 02:00 on the wall. */
const TIMEZONE = "America/St_Johns";
const SUMMER = 2.5 * HOUR;
const NOW = Date.parse("2026-11-22T15:10:00Z"); // 11:40 on the wall
const DAYS = Array.from({ length: 112 }, (_, i) =>
  new Date(Date.parse("2026-08-03") + i * DAY).toISOString().slice(0, 10),
);
const VALUES: Record<string, string[]> = {
  total: [""],
  source: ["Google", "(direct)", "Bing", "It's; DROP TABLE", "‮Umlaut äß"],
  page: Array.from({ length: 30 }, (_, i) => `/page-${i}`),
  exit_page: ["/", "/end"],
};

/** The same numbers in every run, no two rows alike. */
function counts(seed: number): Counts {
  const part = (by: number, below: number) => (seed * by + 11) % below;
  const visits = 1 + part(7, 19);
  return {
    visitors: 1 + part(5, visits),
    visits,
    bounces: part(3, visits + 1),
    duration: part(13, 997),
    pageviews: visits + part(17, 23),
    events: visits + part(17, 23) + part(2, 5),
    engaged_ms: part(7919, 90_000),
    scroll_sum: part(31, 900),
    scroll_views: part(11, 9),
  };
}

let property: Property;
let days: DayRow[];
let hours: HourRow[];

async function insert(table: string, keys: string[], rows: object[]): Promise<void> {
  const columns = ["site_id", ...keys, ...FACTS];
  const values = columns.map((column) => `value ->> '${column}'`);
  const sql = `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")} FROM json_each(?)`;
  const withSite = rows.flatMap((row) => [
    { ...row, site_id: property.site_id },
    // Another property's rows must never be seen.
    { ...row, site_id: "somebody else", visitors: 1_000_000 },
  ]);
  await env.DB.prepare(sql).bind(JSON.stringify(withSite)).run();
}

async function givenRollups(): Promise<void> {
  days = Object.entries(VALUES).flatMap(([dimension, values], d) =>
    DAYS.flatMap((day, i) =>
      values
        // Not every value has a row on every day.
        .filter((_, v) => dimension === "total" || (i + v) % 3 !== 0)
        .map((value, v) => ({ dimension, day, value, ...counts(d * 7001 + i * 53 + v) })),
    ),
  );
  const firstHour = Date.parse("2026-10-20T02:30:00Z");
  hours = Array.from({ length: 24 * 33 }, (_, i) => ({ hour: (firstHour + i * HOUR) / 1000, ...counts(i + 9) })).filter(
    ({ hour }) => hour * 1000 <= NOW && (hour / 1800) % 5 !== 0,
  );
  await insert("rollup_days", ["dimension", "day", "value"], days);
  await insert("rollup_hours", ["hour"], hours);
}

const ask = (more: Record<string, unknown>, now = NOW) =>
  answerQuery(
    env,
    property,
    toQuery({ site_id: property.site_id, metrics: ["visitors"], date_range: "7d", ...more }),
    now,
  ) as Promise<Answer>;

const sum = (rows: Counts[], fact: keyof Counts): number => rows.reduce((total, row) => total + row[fact], 0);
const between = (dimension: string, first: string, last: string): DayRow[] =>
  days.filter((row) => row.dimension === dimension && row.day >= first && row.day <= last);
const groups = <Row extends Counts>(rows: Row[], keyOf: (row: Row) => string): Map<string, Row[]> =>
  Map.groupBy(rows, keyOf);

const METRICS = [
  "visitors",
  "visits",
  "pageviews",
  "events",
  "views_per_visit",
  "bounce_rate",
  "visit_duration",
  "time_on_page",
  "scroll_depth",
];
const fixed = (value: number, decimals: number): number =>
  Number(`${Math.round(Number(`${value}e${decimals}`))}e-${decimals}`);

/** All metrics from rows, written out. */
function recount(rows: Counts[]): (number | null)[] {
  const [visits, pageviews, views] = [sum(rows, "visits"), sum(rows, "pageviews"), sum(rows, "scroll_views")];
  return [
    sum(rows, "visitors"),
    visits,
    pageviews,
    sum(rows, "events"),
    visits ? fixed(pageviews / visits, 2) : null,
    visits ? fixed((sum(rows, "bounces") * 100) / visits, 1) : null,
    visits ? Math.round(sum(rows, "duration") / visits) : null,
    pageviews ? fixed((sum(rows, "engaged_ms") * 0.001) / pageviews, 1) : null,
    views ? Math.round(sum(rows, "scroll_sum") / views) : null,
  ];
}

const byDimensions = (rows: AnswerRow[]) =>
  Object.fromEntries(rows.map((row) => [row.dimensions.join("|"), row.metrics]));
const recounted = <Row extends Counts>(rows: Row[], keyOf: (row: Row) => string) =>
  Object.fromEntries([...groups(rows, keyOf)].map(([key, of]) => [key, recount(of)]));

describe("answers", () => {
  beforeEach(async () => {
    property = await givenProperty("organization", { timezone: TIMEZONE });
    await givenRollups();
  });

  test("totals of days are the sums of the daily totals", async () => {
    const answer = await ask({ metrics: METRICS, date_range: "30d" });
    expect(answer.results).toEqual([
      { dimensions: [], metrics: recount(between("total", "2026-10-23", "2026-11-21")) },
    ]);
    expect(answer.query.date_range).toEqual(["2026-10-23T00:00:00-02:30", "2026-11-21T23:59:59-03:30"]);
    expect(answer.meta).toEqual({ source: "rollups" });
  });

  test("a dimension has a row for each value, the most of the first metric first", async () => {
    const answer = await ask({ metrics: METRICS, date_range: "91d", dimensions: ["visit:source"] });
    expect(byDimensions(answer.results)).toEqual(
      recounted(between("source", "2026-08-23", "2026-11-21"), (row) => row.value),
    );
    const visitors = answer.results.map((row) => row.metrics[0] ?? 0);
    expect(visitors).toEqual([...visitors].sort((a, b) => b - a));
    expect(answer.query.order_by).toEqual([
      ["visitors", "desc"],
      ["visit:source", "asc"],
    ]);
  });

  test("every ratio is ordered by what it is, not by what it is made of", async () => {
    const ratios = METRIC_NAMES.filter((name) => CATALOGUE[name].ratio);
    expect(ratios.length).toBeGreaterThan(4);
    for (const metric of ratios)
      for (const direction of ["asc", "desc"]) {
        const dimension = "visit:source";
        const answer = await ask({
          metrics: ["visits", metric],
          dimensions: [dimension],
          order_by: [[metric, direction]],
        });
        const shown = answer.results.map((row) => row.metrics[1] ?? 0);
        expect(new Set(shown).size).toBeGreaterThan(2);
        expect(shown).toEqual([...shown].sort((a, b) => (direction === "asc" ? a - b : b - a)));
      }
  });

  test("pages of an answer put together are the whole answer, and total_rows says how much there is", async () => {
    const base = {
      metrics: ["pageviews"],
      dimensions: ["event:page"],
      date_range: "28d",
      include: { total_rows: true },
    };
    const whole = await ask(base);
    expect(whole.results).toHaveLength(30);
    const pages = await Promise.all(
      [0, 7, 14, 21, 28, 35].map((offset) => ask({ ...base, pagination: { limit: 7, offset } })),
    );
    expect(pages.flatMap((page) => page.results)).toEqual(whole.results);
    expect(pages.map((page) => page.meta.total_rows)).toEqual(Array(6).fill(30));
  });

  test("days, weeks and months of a series are the sums of their days", async () => {
    const [first, last] = ["2026-08-05", "2026-11-18"];
    const rows = between("total", first, last);
    const monday = (date: string) => {
      const time = Date.parse(date);
      const start = new Date(time - ((new Date(time).getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10);
      return [start, first].sort()[1] ?? first;
    };
    const labels = { day: (date: string) => date, week: monday, month: (date: string) => `${date.slice(0, 7)}-01` };
    for (const [name, labelOf] of Object.entries(labels)) {
      const include = { time_labels: true };
      const answer = await ask({ metrics: METRICS, date_range: [first, last], dimensions: [`time:${name}`], include });
      expect(byDimensions(answer.results)).toEqual(recounted(rows, (row) => labelOf(row.day)));
      expect(answer.results.map((row) => row.dimensions[0])).toEqual(answer.meta.time_labels);
    }
  });

  test("a series by dimension has a row for each bucket and value, in time", async () => {
    const date_range = ["2026-10-05", "2026-11-01"];
    const answer = await ask({ metrics: METRICS, date_range, dimensions: ["visit:source", "time:month"] });
    const rows = between("source", "2026-10-05", "2026-11-01");
    expect(byDimensions(answer.results)).toEqual(recounted(rows, (row) => `${row.value}|${row.day.slice(0, 7)}-01`));
    const months = answer.results.map((row) => row.dimensions[1] ?? "");
    expect(months).toEqual([...months].sort());
  });

  test("hours are labelled by the clock on the wall, also where DST repeats one", async () => {
    const include = { time_labels: true };
    const date_range = ["2026-11-01", "2026-11-01"];
    const answer = await ask({ metrics: METRICS, date_range, dimensions: ["time:hour"], include });
    expect(answer.meta.time_labels).toHaveLength(25);
    expect(answer.meta.time_labels?.slice(0, 4)).toEqual([
      "2026-11-01 00:00:00",
      "2026-11-01 01:00:00",
      "2026-11-01 01:00:00-03:30",
      "2026-11-01 02:00:00",
    ]);
    const midnight = Date.parse("2026-11-01T00:00:00Z") + SUMMER;
    const rows = hours.filter(({ hour }) => hour * 1000 >= midnight && hour * 1000 < midnight + 25 * HOUR);
    const labels = answer.meta.time_labels ?? [];
    expect(byDimensions(answer.results)).toEqual(
      recounted(rows, ({ hour }) => labels[(hour * 1000 - midnight) / HOUR] ?? ""),
    );
  });

  test("24h and cut days are read from hours, whole days between them from days; all but visitors", async () => {
    const [metrics, withoutVisitors] = [METRICS.slice(1), (rows: Counts[]) => recount(rows).slice(1)];
    const now = await ask({ metrics, date_range: "24h" });
    const to = Date.parse("2026-11-22T15:30:00Z");
    expect(now.results[0]?.metrics).toEqual(
      withoutVisitors(hours.filter(({ hour }) => hour * 1000 >= to - DAY && hour * 1000 < to)),
    );
    expect((await ask({ date_range: "24h" })).meta.source).toBe("scan");
    expect(now.query.date_range).toEqual(["2026-11-21T12:00:00-03:30", "2026-11-22T11:59:59-03:30"]);

    const [from, until] = ["2026-11-10T18:30:00Z", "2026-11-13T10:30:00Z"]; // 15:00 and 07:00 on the wall
    const head = hours.filter(
      ({ hour }) => hour * 1000 >= Date.parse(from) && hour * 1000 < Date.parse("2026-11-11T03:30:00Z"),
    );
    const tail = hours.filter(
      ({ hour }) => hour * 1000 >= Date.parse("2026-11-13T03:30:00Z") && hour * 1000 < Date.parse(until),
    );
    const body = between("total", "2026-11-11", "2026-11-12");
    const cut = await ask({ metrics, date_range: [from, until] });
    expect(cut.results[0]?.metrics).toEqual(withoutVisitors([...head, ...body, ...tail]));
    const daily = await ask({ metrics, date_range: [from, until], dimensions: ["time:day"] });
    expect(daily.results.map((row) => row.metrics)).toEqual(
      [head, body.slice(0, 1), body.slice(1), tail].map((rows) => withoutVisitors(rows)),
    );
  });

  test("times that are whole local days are answered as days", async () => {
    const asDays = await ask({ date_range: ["2026-11-10", "2026-11-12"] });
    expect((await ask({ date_range: asDays.query.date_range })).results).toEqual(asDays.results);
  });

  test("all begins with the first day that has data", async () => {
    const answer = await ask({ metrics: METRICS, date_range: "all" });
    expect(answer.results[0]?.metrics).toEqual(recount(between("total", "2026-08-03", "2026-11-22")));
    expect(answer.query.date_range[0]).toBe("2026-08-03T00:00:00-02:30");
    expect(answer.meta.data_from).toBe("2026-08-03");
    expect(answer.meta.running).toBe(true);
  });

  test("the comparison of totals is the sum of the period before, its change as Plausible tells it", async () => {
    const include = { comparisons: { mode: "previous_period" } };
    const answer = await ask({ metrics: ["visits", "bounce_rate"], date_range: "7d", include });
    const [now, then] = [between("total", "2026-11-15", "2026-11-21"), between("total", "2026-11-08", "2026-11-14")];
    const rate = (rows: Counts[]) => recount(rows)[5] ?? 0;
    expect(answer.results[0]?.comparison).toEqual({
      dimensions: [],
      metrics: [sum(then, "visits"), rate(then)],
      change: [
        Math.round(((sum(now, "visits") - sum(then, "visits")) / sum(then, "visits")) * 100),
        fixed(rate(now) - rate(then), 1),
      ],
    });
    expect(answer.meta.comparison_date_range).toEqual(["2026-11-08T00:00:00-03:30", "2026-11-14T23:59:59-03:30"]);
  });

  test("the comparison of a dimension is of the values on the page, also of those that were not there before", async () => {
    const include = { comparisons: { mode: "custom", date_range: ["2026-08-03", "2026-08-03"] } };
    const pagination = { limit: 4, offset: 2 };
    const answer = await ask({ metrics: ["pageviews"], dimensions: ["event:page"], include, pagination });
    const before = groups(between("page", "2026-08-03", "2026-08-03"), (row) => row.value);
    expect(answer.results).toHaveLength(4);
    for (const { dimensions, metrics, comparison } of answer.results) {
      const then = sum(before.get(String(dimensions[0])) ?? [], "pageviews");
      expect(comparison?.dimensions).toEqual(dimensions);
      expect(comparison?.metrics).toEqual([then]);
      expect(comparison?.change).toEqual([then === 0 ? 100 : Math.round((((metrics[0] ?? 0) - then) / then) * 100)]);
    }
  });

  test("the comparison of a series goes bucket by bucket, empty ones included, as far as there are some", async () => {
    const include = { time_labels: true, comparisons: { mode: "custom", date_range: ["2026-07-31", "2026-08-04"] } };
    const answer = await ask({
      metrics: ["visits"],
      dimensions: ["time:day"],
      date_range: ["2026-11-19", "2026-11-25"],
      include,
    });
    const visits = (day: string) => sum(between("total", day, day), "visits");
    expect(answer.meta.comparison_time_labels).toEqual([
      "2026-07-31",
      "2026-08-01",
      "2026-08-02",
      "2026-08-03",
      "2026-08-04",
    ]);
    expect(
      answer.results.map(({ dimensions, comparison }) => [
        dimensions[0],
        comparison?.dimensions[0],
        comparison?.metrics[0],
      ]),
    ).toEqual([
      ["2026-11-19", "2026-07-31", 0],
      ["2026-11-20", "2026-08-01", 0],
      ["2026-11-21", "2026-08-02", 0],
      ["2026-11-22", "2026-08-03", visits("2026-08-03")],
    ]);
    expect(answer.meta.present_index).toBe(3);
    expect(answer.meta.partial_time_labels).toEqual(["2026-11-22"]);
    expect(answer.meta.time_labels).toHaveLength(7);
    const short = await ask({
      metrics: ["visits"],
      dimensions: ["time:day"],
      include: { comparisons: { mode: "custom", date_range: ["2026-08-03", "2026-08-03"] } },
    });
    expect(short.results[1]?.comparison).toEqual({ dimensions: [null], metrics: [null], change: [null] });
  });

  test("values of which nothing is left are no rows", async () => {
    await env.DB.prepare(
      "UPDATE rollup_days SET visitors = 0, visits = 0, bounces = 0, duration = 0 WHERE dimension = 'exit_page' AND value = '/end'",
    ).run();
    const answer = await ask({ metrics: ["visitors", "bounce_rate"], dimensions: ["visit:exit_page"] });
    expect(answer.results.map((row) => row.dimensions)).toEqual([["/"]]);
  });
});

describe("an empty property", () => {
  beforeEach(async () => {
    property = await givenProperty();
  });

  test("has counted nothing, which is an answer, and has no rates", async () => {
    const include = { comparisons: { mode: "previous_period" } };
    const answer = await ask({
      metrics: ["visitors", "pageviews", "bounce_rate", "scroll_depth"],
      date_range: "all",
      include,
    });
    expect(answer.results).toEqual([
      {
        dimensions: [],
        metrics: [0, 0, null, null],
        comparison: { dimensions: [], metrics: [0, 0, null, null], change: [0, 0, null, null] },
      },
    ]);
    expect(answer.meta.data_from).toBeNull();
  });

  test("has no rows by any dimension and no series", async () => {
    const { meta } = await ask({ dimensions: ["visit:country"], include: { total_rows: true } });
    expect(meta).toEqual({ total_rows: 0, source: "rollups" });
    expect((await ask({ dimensions: ["visit:country"] })).results).toEqual([]);
    expect((await ask({ dimensions: ["time:day"] })).results).toEqual([]);
  });
});
