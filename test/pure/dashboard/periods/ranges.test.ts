// What a period is for the chart and the API: its intervals, and its buckets.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays } from "../../../../dashboard/src/data/calendar";
import { formatTimes } from "../../../../dashboard/src/data/format";
import { intervalFor, type Period, spanOf, toDateRange } from "../../../../dashboard/src/data/period";
import { firstPeriod } from "../../../../dashboard/src/data/periods/beginning";
import { intervalOfView, intervalsFor } from "../../../../dashboard/src/data/periods/interval";
import { hourStart, instantOf, nowIn, toTimeText } from "../../../../dashboard/src/data/periods/moment";
import { chooseDay, daysOfChoice, moveDay, weeksOf } from "../../../../dashboard/src/data/periods/month-grid";
import { zoomTo } from "../../../../dashboard/src/data/periods/zoom";
import { readView } from "../../../../dashboard/src/data/view";
import { toBuckets } from "../../../../workers/domain/queries/bucket";
import { toDateRange as toApiRange, toPeriod } from "../../../../workers/domain/queries/period";
import { toPlan } from "../../../../workers/domain/queries/plan";
import { toQuery } from "../../../../workers/domain/queries/query";
import { moment, period, vantageOf } from "./given-periods";

describe("the interval", () => {
  test("of each period is one that the API accepts, and the period's own is among them", () => {
    fc.assert(
      fc.property(period, ([now, one]) => {
        const intervals = intervalsFor(one, now.today);
        const own = intervalFor(one);
        if (own) expect(intervals).toContain(own);
        expect(intervals.length).toBeGreaterThan(0);
        for (const interval of intervals) {
          const query = toQuery({
            site_id: "s",
            metrics: ["visitors"],
            date_range: toDateRange(one, now.today),
            dimensions: [`time:${interval}`],
          });
          expect(toPlan(query, vantageOf(now)).buckets.length).toBeLessThanOrEqual(1501);
        }
      }),
    );
  });

  test("that does not suit the period is the period's own", () => {
    const of = (name: string, interval: string) => intervalOfView(readView({ period: name, interval }), "2026-11-25");
    expect([of("28d", "minute"), of("28d", "hour"), of("28d", "week"), of("28d", "month")]).toEqual([
      "day",
      "hour",
      "week",
      "day",
    ]);
    expect([of("day", "minute"), of("day", "week"), of("24h", "minute"), of("7d", "week")]).toEqual([
      "minute",
      "hour",
      "minute",
      "day",
    ]);
    expect([of("year", "day"), of("12mo", "week"), of("all", "month"), of("all", "hour")]).toEqual([
      "day",
      "week",
      "month",
      null,
    ]);
  });
});

describe("times", () => {
  test("of a label are the instant that the API cut there, in any zone and on any day", () => {
    fc.assert(
      fc.property(moment, (now) => {
        const day = toPeriod(toApiRange([now.today, now.today], "date_range"), vantageOf(now));
        for (const { label, key } of toBuckets(day, "time:hour", now.timezone, now.at))
          expect(instantOf(label, now.timezone)).toBe(Number(key) * 1000);
      }),
      { numRuns: 30 },
    );
  });

  test("are read back from the text of a URL", () => {
    fc.assert(
      fc.property(moment, ({ at, timezone }) => {
        const start = hourStart(at, timezone);
        expect(Date.parse(toTimeText(start, timezone))).toBe(start);
        expect(at - start).toBeLessThan(3_600_000);
      }),
    );
  });

  test("of a day that repeats an hour differ by their offset", () => {
    expect(instantOf("2026-10-25 02:00:00", "Europe/Zurich")).toBe(Date.parse("2026-10-25T00:00:00Z"));
    expect(instantOf("2026-10-25 02:00:00+01:00", "Europe/Zurich")).toBe(Date.parse("2026-10-25T01:00:00Z"));
  });

  test("are written with their date once where both belong to one day", () => {
    const times = (to: string): string => formatTimes({ from: "2026-11-22T10:00+01:00", to });
    for (const to of ["2026-11-22T13:00+01:00", "2026-11-23T00:00+01:00"])
      expect(times(to).match(/2026/g)).toHaveLength(1);
    expect(times("2026-11-22T13:00+01:00")).toMatch(/10:00.*–1?[13]:00/);
    expect(times("2026-11-23T01:00+01:00").match(/2026/g)).toHaveLength(2);
  });
});

describe("zoom", () => {
  const now = nowIn("Europe/Zurich", Date.parse("2026-11-25T11:20:00Z"));
  const zoom = (interval: "minute" | "hour" | "day" | "week" | "month", shown: Period, first: string, last = first) =>
    zoomTo({ interval, shown }, [first, last], now);

  test("opens the days, weeks and months of the chosen buckets, by their name if they have one", () => {
    expect(zoom("day", { name: "28d" }, "2026-11-10")).toEqual({
      name: "custom",
      from: "2026-11-10",
      to: "2026-11-10",
    });
    expect(zoom("day", { name: "28d" }, "2026-11-24")).toEqual({ name: "yesterday" });
    expect(zoom("day", { name: "28d" }, "2026-11-10", "2026-11-12")).toEqual({
      name: "custom",
      from: "2026-11-10",
      to: "2026-11-12",
    });
    expect(zoom("week", { name: "90d" }, "2026-11-16")).toEqual({ name: "last_week" });
    expect(zoom("month", { name: "12mo" }, "2026-10-01")).toEqual({ name: "last_month" });
    expect(zoom("month", { name: "12mo" }, "2026-11-01")).toEqual({ name: "month" });
    expect(zoom("month", { name: "all" }, "2025-03-01", "2025-04-01")).toEqual({
      name: "custom",
      from: "2025-03-01",
      to: "2025-04-30",
    });
  });

  test("stays within the period, whose ends may cut the first and last bucket", () => {
    const shown: Period = { name: "custom", from: "2026-10-07", to: "2026-11-03" };
    expect(zoom("week", shown, "2026-10-07")).toEqual({ name: "custom", from: "2026-10-07", to: "2026-10-11" });
    expect(zoom("week", shown, "2026-11-02")).toEqual({ name: "custom", from: "2026-11-02", to: "2026-11-03" });
    expect(zoom("month", shown, "2026-10-01")).toEqual({ name: "custom", from: "2026-10-07", to: "2026-10-31" });
  });

  test("opens hours of a day; a whole day of hours is that day, and minutes are their hour", () => {
    expect(zoom("hour", { name: "day" }, "2026-11-25 09:00:00", "2026-11-25 10:00:00")).toEqual({
      name: "custom",
      from: "2026-11-25T09:00+01:00",
      to: "2026-11-25T11:00+01:00",
    });
    expect(zoom("hour", { name: "7d" }, "2026-11-24 00:00:00", "2026-11-24 23:00:00")).toEqual({ name: "yesterday" });
    expect(zoom("minute", { name: "day" }, "2026-11-25 09:10:00", "2026-11-25 09:20:00")).toEqual({
      name: "custom",
      from: "2026-11-25T09:00+01:00",
      to: "2026-11-25T10:00+01:00",
    });
  });

  test("goes neither into the future nor where the page is already", () => {
    expect(zoom("day", { name: "month" }, "2026-11-26")).toBe(null);
    expect(zoom("hour", { name: "day" }, "2026-11-25 13:00:00")).toBe(null);
    expect(zoom("day", { name: "yesterday" }, "2026-11-24")).toBe(null);
    expect(zoom("day", { name: "7d" }, "2026-11-19", "2026-11-25")).toBe(null);
    const hour: Period = { name: "custom", from: "2026-11-25T09:00+01:00", to: "2026-11-25T10:00+01:00" };
    expect(zoom("minute", hour, "2026-11-25 09:10:00")).toBe(null);
    expect(zoom("day", { name: "month" }, "2026-11-20", "2026-11-29")).toEqual({
      name: "custom",
      from: "2026-11-20",
      to: "2026-11-25",
    });
  });

  test("shows no time that the chart does not, and ends when it began to", () => {
    fc.assert(
      fc.property(period, fc.nat(), fc.nat(), ([at, shown], one, other) => {
        const interval = intervalFor(shown) ?? "month";
        const whole = toPeriod(toApiRange(toDateRange(shown, at.today), "date_range"), vantageOf(at));
        const buckets = toBuckets(whole, `time:${interval}`, at.timezone, at.at);
        const [first, last] = [one % buckets.length, other % buckets.length].sort((a, b) => a - b) as [number, number];
        const opened = zoomTo({ interval, shown }, [buckets[first]!.label, buckets[last]!.label], at);
        if (!opened) return;
        const part = toPeriod(toApiRange(toDateRange(opened, at.today), "date_range"), vantageOf(at));
        // Of hours drawn as days, the first and last day open whole.
        if (shown.name !== "all" && (interval !== "day" || whole.days)) {
          expect(part.from).toBeGreaterThanOrEqual(whole.from);
          expect(part.to).toBeLessThanOrEqual(whole.to);
        }
        expect(part.from).toBeLessThanOrEqual(at.at);
      }),
    );
  });
});

test("a young property starts with the days that it has", () => {
  const first = (day: string | null | undefined) => firstPeriod(day, "2026-11-25");
  expect(first("2026-11-25")).toEqual({ name: "day" });
  expect(first("2026-11-20")).toEqual({ name: "custom", from: "2026-11-20", to: "2026-11-25" });
  expect(first("2026-10-30")).toEqual({ name: "custom", from: "2026-10-30", to: "2026-11-25" });
  for (const day of ["2026-10-29", "2020-01-01", null, undefined]) expect(first(day)).toEqual({ name: "28d" });
});

describe("the calendar", () => {
  const date = fc
    .date({ min: new Date("2000-01-01"), max: new Date("2040-01-01"), noInvalidDate: true })
    .map((one) => one.toISOString().slice(0, 10));

  test("has every day of a month once, below its weekday", () => {
    fc.assert(
      fc.property(date, (day) => {
        const weeks = weeksOf(day);
        const days = weeks.flat().filter((one) => one !== null);
        expect(days[0]).toBe(`${day.slice(0, 7)}-01`);
        expect(days).toEqual(days.map((_, index) => addDays(days[0]!, index)));
        expect(addDays(days.at(-1)!, 1).slice(8)).toBe("01");
        for (const week of weeks) {
          expect(week).toHaveLength(7);
          week.forEach((one, place) => {
            if (one) expect((new Date(one).getUTCDay() + 6) % 7).toBe(place);
          });
        }
      }),
    );
  });

  test("moves by day, week, month and year, and stays in the month that it moves to", () => {
    expect(moveDay("2026-03-31", "ArrowRight", false)).toBe("2026-04-01");
    expect(moveDay("2026-03-03", "ArrowUp", false)).toBe("2026-02-24");
    expect([moveDay("2026-11-25", "Home", false), moveDay("2026-11-25", "End", false)]).toEqual([
      "2026-11-23",
      "2026-11-29",
    ]);
    expect(moveDay("2026-03-31", "PageUp", false)).toBe("2026-02-28");
    expect(moveDay("2028-02-29", "PageDown", true)).toBe("2029-02-28");
    expect(moveDay("2026-03-31", "a", false)).toBe(null);
  });

  test("chooses two days in any order; a third begins again", () => {
    fc.assert(
      fc.property(date, date, date, (one, other, third) => {
        const chosen = chooseDay(chooseDay(null, one), other);
        const [from, to] = [one, other].sort();
        expect(chosen).toEqual({ from, to });
        expect(daysOfChoice(chooseDay(null, one), other)).toEqual({ from, to });
        expect(chooseDay(chosen, third)).toEqual({ from: third, to: null });
      }),
    );
  });
});

test("the days of a period and its range for the API are the same", () => {
  fc.assert(
    fc.property(period, ([now, one]) => {
      const days = toPeriod(toApiRange(toDateRange(one, now.today), "date_range"), vantageOf(now)).days;
      const span = spanOf(one, now.today);
      if (span && days) expect({ from: days.first, to: days.last }).toEqual(span);
    }),
  );
});
