// The comparison of a period: what the API is asked, and the complete days or hours of a running one.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, daysIn } from "../../../../dashboard/src/data/calendar";
import { hasOpenHour, type PeriodName, spanOf, toDateRange } from "../../../../dashboard/src/data/period";
import {
  comparisonOf,
  dayComparedWith,
  isOfMonths,
  type Whole,
  wholeOf,
} from "../../../../dashboard/src/data/periods/comparison";
import { hourStart, type Now } from "../../../../dashboard/src/data/periods/moment";
import { readView } from "../../../../dashboard/src/data/view";
import { toPlan } from "../../../../workers/domain/queries/plan";
import { toQuery } from "../../../../workers/domain/queries/query";
import { moment, period, vantageOf } from "./given-periods";

const toSpan = (name: string, { today }: Now) => spanOf({ name: name as PeriodName }, today)!;
const rangeOf = ({ comparisons }: Whole): [string, string] =>
  comparisons.mode === "custom" ? comparisons.date_range : ["", ""];

describe("the comparison", () => {
  const of = (params: Record<string, string>, today = "2026-11-25") => comparisonOf(readView(params), today);

  test("is asked for by its mode, by its days, or not at all", () => {
    expect(of({})).toEqual({ mode: "previous_period" });
    expect(of({ compare: "year" })).toEqual({ mode: "year_over_year" });
    expect(of({ compare: "year", match: "weekday" })).toEqual({ mode: "year_over_year", match_day_of_week: true });
    expect(of({ compare: "custom", compare_from: "2026-10-01", compare_to: "2026-10-07", match: "weekday" })).toEqual({
      mode: "custom",
      date_range: ["2026-10-01", "2026-10-07"],
    });
    expect(of({ compare: "none" })).toBe(undefined);
    expect(of({ period: "all" })).toBe(undefined);
    // The API matches whole days only.
    expect(of({ period: "24h", match: "weekday" })).toEqual({ mode: "previous_period" });
  });

  test("of every period is one that the API accepts", () => {
    const compare = fc.constantFrom("previous", "year", "none");
    fc.assert(
      fc.property(period, compare, fc.boolean(), ([now, one], name, matchWeekday) => {
        const view = { ...readView({ compare: name }), period: one, matchWeekday };
        const current = new Date(hourStart(now.at, now.timezone)).toISOString();
        const hour = hasOpenHour(one, current) ? current : undefined;
        const whole = wholeOf(view, now.today, hour);
        const asked = { site_id: "s", metrics: ["visitors"] };
        const comparisons = comparisonOf(view, now.today);
        const date_range = toDateRange(one, now.today);
        toPlan(toQuery({ ...asked, date_range, include: { comparisons } }), vantageOf(now));
        if (whole === null || whole === "running") return;
        const plan = toPlan(
          toQuery({ ...asked, date_range: whole.date_range, include: { comparisons: whole.comparisons } }),
          vantageOf(now),
        );
        // Whole days or hours only, and as many to compare with, unless the earlier months are shorter.
        expect(plan.running).toBe(false);
        expect(plan.period.to).toBeLessThanOrEqual(now.at);
        const [own, before] = [plan.period.days, plan.comparison!.period.days];
        if (!own || !before) return;
        const days = daysIn(before.first, before.last);
        if (days === daysIn(own.first, own.last)) return;
        expect(isOfMonths(one, now.today)).toBe(true);
        expect(days).toBeLessThan(daysIn(own.first, own.last));
        expect(addDays(before.last, 1)).toBe(own.first);
      }),
    );
  });

  test("of whole days begins where the API's comparison of the period begins, also on the same weekday", () => {
    const names = fc.constantFrom("7d", "28d", "30d", "90d", "month", "year", "6mo", "12mo");
    fc.assert(
      fc.property(moment, names, fc.constantFrom("previous", "year"), fc.boolean(), (now, name, compare, isMatched) => {
        const view = readView({ period: name, compare, ...(isMatched && { match: "weekday" }) });
        const whole = wholeOf(view, now.today, undefined);
        if (whole === "running") {
          expect(toSpan(name, now).from).toBe(now.today);
          return;
        }
        const question = {
          site_id: "s",
          metrics: ["visitors"],
          date_range: toDateRange(view.period, now.today),
          include: { comparisons: comparisonOf(view, now.today) },
        };
        const before = toPlan(toQuery(question), vantageOf(now)).comparison!.period.days!;
        expect(whole!.date_range).toEqual([toSpan(name, now).from, addDays(now.today, -1)]);
        expect(whole!.comparisons).toMatchObject({ mode: "custom", date_range: [before.first, expect.any(String)] });
      }),
    );
  });

  test("of an unfinished month or year has the complete days of both, and none on the first day", () => {
    const days = (today: string, params: Record<string, string>) => {
      const whole = wholeOf(readView(params), today, undefined);
      return whole === null || whole === "running" ? whole : [whole.date_range, rangeOf(whole)].flat().join(" ");
    };
    const month = (today: string, params = {}) => days(today, { period: "month", ...params });
    expect(month("2026-03-10")).toBe("2026-03-01 2026-03-09 2026-02-01 2026-02-09");
    expect(month("2026-03-29")).toBe("2026-03-01 2026-03-28 2026-02-01 2026-02-28");
    // February is shorter: it ends at its end.
    expect(month("2026-03-31")).toBe("2026-03-01 2026-03-30 2026-02-01 2026-02-28");
    expect(month("2026-02-28")).toBe("2026-02-01 2026-02-27 2026-01-01 2026-01-27");
    expect(month("2026-03-10", { compare: "year" })).toBe("2026-03-01 2026-03-09 2025-03-01 2025-03-09");
    expect(month("2026-03-10", { match: "weekday" })).toBe("2026-03-01 2026-03-09 2026-02-01 2026-02-09");
    expect(month("2026-03-01")).toBe("running");
    expect(month("2026-03-01", { compare: "none" })).toBe(null);
    expect(days("2026-01-01", { period: "year" })).toBe("running");
    expect(days("2026-03-10", { period: "year" })).toBe("2026-01-01 2026-03-09 2025-01-01 2025-03-09");
    expect(days("2026-03-10", { period: "6mo" })).toBe("2025-10-01 2026-03-09 2025-04-01 2025-09-07");
    expect(days("2026-03-01", { period: "6mo" })).toBe("2025-10-01 2026-02-28 2025-04-01 2025-08-29");
    expect(days("2026-03-10", { period: "12mo", compare: "year" })).toBe("2025-04-01 2026-03-09 2024-04-01 2025-03-09");
    // Chosen days that are the month are the month, and those that begin today have nothing to compare yet.
    expect(month("2026-03-10", { period: "custom", from: "2026-03-01", to: "2026-03-31" })).toBe(month("2026-03-10"));
    expect(month("2026-03-10", { period: "custom", from: "2026-03-10", to: "2026-03-16" })).toBe("running");
    for (const period of ["day", "yesterday", "last_month", "last_year", "all"])
      expect(days("2026-03-10", { period })).toBe(null);
  });

  test("of a week in progress is the week before, and of its whole days as many", () => {
    const view = { ...readView({}), period: { name: "custom" as const, from: "2026-11-23", to: "2026-11-29" } };
    expect(comparisonOf(view, "2026-11-25")).toEqual({ mode: "custom", date_range: ["2026-11-16", "2026-11-22"] });
    expect(wholeOf(view, "2026-11-25", undefined)).toEqual({
      date_range: ["2026-11-23", "2026-11-24"],
      comparisons: { mode: "custom", date_range: ["2026-11-16", "2026-11-17"] },
    });
  });

  test("of today is a whole day: yesterday, the day of the year before, that weekday, or a chosen day", () => {
    const day = (params: Record<string, string>) =>
      dayComparedWith(readView({ period: "day", ...params }), "2026-11-25");
    expect(day({})).toBe("2026-11-24");
    expect(day({ compare: "year" })).toBe("2025-11-25");
    expect(day({ match: "weekday" })).toBe("2026-11-18");
    expect(day({ compare: "year", match: "weekday" })).toBe("2025-11-26");
    expect(day({ compare: "custom", compare_from: "2026-10-01", compare_to: "2026-10-01" })).toBe("2026-10-01");
    expect(day({ compare: "custom", compare_from: "2026-10-01", compare_to: "2026-10-02" })).toBe(null);
    expect(day({ compare: "none" })).toBe(null);
  });

  test("of the last 24 hours has the 23 that are over, and of chosen hours those that are", () => {
    const whole = (params: Record<string, string>, hour = "2026-11-25T11:00:00.000Z") => {
      const view = readView(params);
      return wholeOf(view, "2026-11-25", hasOpenHour(view.period, hour) ? hour : undefined);
    };
    expect(whole({ period: "24h" })).toEqual({
      date_range: ["2026-11-24T12:00:00.000Z", "2026-11-25T11:00:00.000Z"],
      comparisons: { mode: "custom", date_range: ["2026-11-23T12:00:00.000Z", "2026-11-24T11:00:00.000Z"] },
    });
    expect(whole({ period: "24h", compare: "year" })).toMatchObject({ comparisons: { mode: "year_over_year" } });
    const hours = { period: "custom", from: "2026-11-25T09:00+00:00", to: "2026-11-25T13:00+00:00" };
    expect(whole(hours)).toEqual({
      date_range: ["2026-11-25T09:00:00.000Z", "2026-11-25T11:00:00.000Z"],
      comparisons: { mode: "custom", date_range: ["2026-11-25T05:00:00.000Z", "2026-11-25T07:00:00.000Z"] },
    });
    expect(whole({ ...hours, from: "2026-11-25T11:00+00:00" })).toBe("running");
    expect(whole({ ...hours, to: "2026-11-25T11:00+00:00" })).toBe(null);
  });
});
