// The page screen, the lower part of the overview and the details of an event: their addresses, days and questions.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, daysIn } from "../../../dashboard/src/data/calendar";
import { formatFigure } from "../../../dashboard/src/data/detail/figure";
import {
  addressOf,
  comparedText,
  figureQuestions,
  filteredPage,
  neighbourQuestions,
  searchOfPage,
  toCompared,
  toFigures,
} from "../../../dashboard/src/data/detail/page";
import { type Filter, readFilters, writeFilters } from "../../../dashboard/src/data/filters/filter";
import { formatRange, formatSpan } from "../../../dashboard/src/data/format";
import { PERIOD_NAMES, type Period } from "../../../dashboard/src/data/period";
import type { Answer } from "../../../dashboard/src/data/question";
import { readView } from "../../../dashboard/src/data/view";
import { dimensionOfField } from "../../../dashboard/src/screens/events/event/questions";
import { WEEK_DAYS, weekDays } from "../../../dashboard/src/screens/overview/more/questions";

const is = (dimension: string, ...values: string[]): Filter => ({ operator: "is", dimension, values });
const PRICING = is("event:page", "/pricing");
const GERMANY = is("visit:country", "DE");

describe("the address of a page", () => {
  const shop = { url: "https://shop.example" };
  const docs = { url: "https://docs.shop.example:8443/start" };

  test("is on the site where the page was seen, or else on the first", () => {
    expect(addressOf("/a", "docs.shop.example", [shop, docs])).toBe("https://docs.shop.example:8443/a");
    expect(addressOf("/a", "www.shop.example", [shop, docs])).toBe("https://www.shop.example/a");
    expect(addressOf("/a", "elsewhere.example", [shop, docs])).toBe("https://shop.example/a");
    expect(addressOf("/a", null, [docs])).toBe("https://docs.shop.example:8443/a");
  });

  test("does not exist without a stream, and for what is no path", () => {
    expect(addressOf("/a", "shop.example", [])).toBeNull();
    expect(addressOf("(none)", null, [shop])).toBeNull();
    expect(addressOf("javascript:alert(1)", null, [shop])).toBeNull();
    expect(addressOf("/a", null, [{ url: "not an address" }])).toBeNull();
  });

  test("is on the property's own hosts, whatever the path and the host are", () => {
    const text = fc.string({ unit: fc.constantFrom("/", "\\", "@", ":", ".", "?", "#", "%", "e", " ", "\n") });
    fc.assert(
      fc.property(text, fc.oneof(fc.constant(null), fc.domain()), (path, host) => {
        const address = addressOf(`/${path}`, host, [shop]);
        expect(new URL(address!).hostname).toMatch(/^(.+\.)?shop\.example$/);
      }),
    );
  });
});

describe("the way to a page's details", () => {
  test("keeps the period and the other filters, and drops a dialog and a filter by another page", () => {
    const search = `?period=7d&all=pages&f=${encodeURIComponent(writeFilters([PRICING, GERMANY])!)}&pages=exit_page`;
    const there = new URLSearchParams(searchOfPage(search, "/blog/a b"));
    expect(readFilters(there.get("f")!)).toEqual([GERMANY]);
    expect(Object.fromEntries(there)).toMatchObject({ period: "7d", pages: "exit_page", page: "/blog/a b" });
    expect(there.has("all")).toBe(false);
    expect(searchOfPage("", null)).toBe("");
  });

  test("and back leads to the same search without the page", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("", "?period=7d", "?f=is,visit:country,DE"), (page, search) => {
        const back = searchOfPage(searchOfPage(search, `/${page}`), null);
        expect([...new URLSearchParams(back)]).toEqual([...new URLSearchParams(search)]);
      }),
    );
  });

  test("is offered if the filters choose one page", () => {
    expect(filteredPage([GERMANY, PRICING])).toBe("/pricing");
    expect(filteredPage([GERMANY])).toBeNull();
    expect(filteredPage([is("event:page", "/a", "/b")])).toBeNull();
    expect(filteredPage([PRICING, is("event:page", "/b")])).toBeNull();
    expect(filteredPage([{ ...PRICING, operator: "is_not" }])).toBeNull();
    expect(filteredPage([is("event:page", "(none)")])).toBeNull();
  });
});

test("the figures of a page without views are zero, and its rates are unknown", () => {
  const answer = (...metrics: (number | null)[]) => ({ results: [{ dimensions: [], metrics }] }) as unknown as Answer;
  const nothing = { page: answer(0, 0, 0, null, null, null), entries: answer(0), exits: answer(0) };
  expect(toFigures(nothing)).toMatchObject({ pageviews: 0, exits: 0, exit_rate: null, bounce_rate: null });
  const some = { page: answer(8, 9, 12, 40, 30.5, 61), entries: answer(5), exits: answer(4) };
  expect(toFigures(some)).toMatchObject({ visits: 9, entrances: 5, exits: 4, exit_rate: 33.3, scroll_depth: 61 });
});

describe("the comparison of a page's figures", () => {
  const scene = (period: Period, compare: "previous" | "none" = "previous") => ({
    siteId: "a",
    today: "2026-11-30",
    page: "/a",
    view: { ...readView({}), period, compare },
  });
  const answer = (now: (number | null)[], before?: (number | null)[]) =>
    ({
      results: [{ dimensions: [], metrics: now, ...(before && { comparison: { metrics: before } }) }],
    }) as unknown as Answer;

  test("is with the period before, of complete days while the period is running", () => {
    const running = figureQuestions(scene({ name: "7d" }));
    expect(running.exits.include).toEqual({ comparisons: { mode: "previous_period" } });
    for (const question of [running.pageWhole, running.entriesWhole, running.exitsWhole])
      expect(question).toMatchObject({
        date_range: ["2026-11-24", "2026-11-29"],
        include: { comparisons: { mode: "custom", date_range: ["2026-11-17", "2026-11-22"] } },
      });
    expect(figureQuestions(scene({ name: "last_week" }))).toMatchObject({
      page: { include: { comparisons: { mode: "previous_period" } } },
      pageWhole: null,
    });
    const alone = figureQuestions(scene({ name: "7d" }, "none"));
    expect([alone.page.include, alone.pageWhole]).toEqual([{}, null]);
  });

  const HOUR = "2026-11-30T11:00:00.000Z";
  const hours = (from: string, to: string): Period => ({ name: "custom", from, to });

  test("of the last 24 hours and of chosen hours is of those that are over", () => {
    const last = figureQuestions({ ...scene({ name: "24h" }), hour: HOUR });
    for (const question of [last.pageWhole, last.entriesWhole, last.exitsWhole])
      expect(question).toMatchObject({
        date_range: ["2026-11-29T12:00:00.000Z", HOUR],
        include: { comparisons: { date_range: ["2026-11-28T12:00:00.000Z", "2026-11-29T11:00:00.000Z"] } },
      });
    const open = hours("2026-11-30T09:00+00:00", "2026-11-30T13:00+00:00");
    expect(figureQuestions({ ...scene(open), hour: HOUR }).pageWhole?.date_range).toEqual([
      "2026-11-30T09:00:00.000Z",
      HOUR,
    ]);
    const over = hours("2026-11-30T07:00+00:00", "2026-11-30T09:00+00:00");
    expect(figureQuestions(scene(over))).toMatchObject({
      page: { include: { comparisons: { mode: "previous_period" } } },
      pageWhole: null,
    });
  });

  test("is described by days or by hours, or by what is still in progress", () => {
    const none = { pageWhole: null, entriesWhole: null, exitsWhole: null };
    const of = (range: [string, string], before: [string, string]): Answer => ({
      ...answer([8, 9, 12, 40, 30, 61], [4, 4, 4, 50, 20, 60]),
      meta: { comparison_date_range: before },
      query: { date_range: range } as Answer["query"],
    });
    const text = (period: Period, page: Answer, pageWhole: Answer | null = null, hour?: string): string =>
      comparedText(
        { page, entries: page, exits: page, ...none, pageWhole },
        { ...scene(period), ...(hour !== undefined && { hour }) },
      );
    const week = of(
      ["2026-11-23T00:00:00+00:00", "2026-11-29T23:59:59+00:00"],
      ["2026-11-16T00:00:00+00:00", "2026-11-22T23:59:59+00:00"],
    );
    expect(text({ name: "last_week" }, week)).toBe(
      `Changes: ${formatRange("2026-11-23", "2026-11-29")} compared with ${formatRange("2026-11-16", "2026-11-22")}.`,
    );
    const day = of(
      ["2026-11-29T12:00:00+00:00", "2026-11-30T11:59:59+00:00"],
      ["2026-11-28T12:00:00+00:00", "2026-11-29T11:59:59+00:00"],
    );
    const excluded = "Changes exclude the current hour, which is still in progress.";
    expect(text({ name: "24h" }, day, day, HOUR)).toBe(excluded);
    const open = hours("2026-11-30T09:00+00:00", "2026-11-30T13:00+00:00");
    expect(text(open, day, day, HOUR)).toBe(excluded);
    const begun = hours("2026-11-30T11:00+00:00", "2026-11-30T13:00+00:00");
    expect(text(begun, day, null, HOUR)).toMatch(/^No changes yet: the first hour/);
    const over = of(
      ["2026-11-30T07:00:00+00:00", "2026-11-30T08:59:59+00:00"],
      ["2026-11-30T05:00:00+00:00", "2026-11-30T06:59:59+00:00"],
    );
    const span = (from: string, to: string): string =>
      formatSpan({ from: `2026-11-30T${from}:00+00:00`, to: `2026-11-30T${to}:00+00:00` });
    expect(text(hours("2026-11-30T07:00+00:00", "2026-11-30T09:00+00:00"), over)).toBe(
      `Changes: ${span("07", "09")} compared with ${span("05", "07")}.`,
    );
    expect(text({ name: "month" }, week, week)).toMatch(/^Changes compare .* today is still in progress\.$/);
    expect(text(hours("2026-11-30", "2026-12-02"), week)).toMatch(/^No changes yet: the first day/);
    expect(text({ name: "last_week" }, { ...week, meta: {} })).toBe("");
  });

  test("takes both sides from the same answer, and is none without a comparison", () => {
    const period = {
      page: answer([8, 9, 12, 40, 30, 61], [4, 4, 4, 50, 20, 60]),
      entries: answer([5], [1]),
      exits: answer([4], [2]),
    };
    const whole = {
      page: answer([6, 6, 10, 30, 25, 50], [2, 2, 5, 20, 15, 40]),
      entries: answer([3], [2]),
      exits: answer([5], [1]),
    };
    const none = { pageWhole: null, entriesWhole: null, exitsWhole: null };
    const past = scene({ name: "last_week" });
    expect(toCompared({ ...period, ...none }, past)).toMatchObject({
      now: { visitors: 8, entrances: 5, exit_rate: 33.3 },
      before: { visitors: 4, entrances: 1, exit_rate: 50 },
    });
    const running = { ...period, pageWhole: whole.page, entriesWhole: whole.entries, exitsWhole: whole.exits };
    expect(toCompared(running, scene({ name: "7d" }))).toMatchObject({
      now: { visitors: 6, entrances: 3, exit_rate: 50 },
      before: { visitors: 2, entrances: 2, exit_rate: 20 },
    });
    const alone = { page: answer([8, 9, 12, 40, 30, 61]), entries: answer([5]), exits: answer([4]) };
    expect(toCompared({ ...alone, ...none }, past)).toBeNull();
    // Nothing of a period that began today is complete.
    expect(
      toCompared({ ...period, ...none }, scene({ name: "custom", from: "2026-11-30", to: "2026-12-02" })),
    ).toBeNull();
  });
});

test("neighbouring pages are asked for with all page views, of which their shares are", () => {
  const asked = { siteId: "a", today: "2026-11-30", page: "/a", view: readView({ f: "is,visit:country,DE" }) };
  const { rows, all } = neighbourQuestions(asked, "next");
  expect(rows).toMatchObject({ dimensions: ["event:next_page"], pagination: { limit: 50 } });
  expect(all.dimensions).toBeUndefined();
  expect([all.metrics, all.date_range, all.filters, all.include]).toEqual([
    rows.metrics,
    rows.date_range,
    rows.filters,
    rows.include,
  ]);
});

describe("the days of the grid of weekdays and hours", () => {
  const today = "2026-11-30";
  const daysFor = (period: Period) => weekDays({ siteId: "a", today, view: { ...readView({}), period } });

  test("are those of a period of at most 92 days", () => {
    expect(daysFor({ name: "7d" })).toEqual({ from: "2026-11-24", to: today, isCut: false });
    expect(daysFor({ name: "90d" })).toMatchObject({ isCut: false });
    expect(daysFor({ name: "custom", from: "2026-01-05", to: "2026-01-05" })).toEqual({
      from: "2026-01-05",
      to: "2026-01-05",
      isCut: false,
    });
  });

  test("are the last 92 of a longer one, and none of them has still to come", () => {
    expect(daysFor({ name: "all" })).toEqual({ from: "2026-08-31", to: today, isCut: true });
    const custom = fc
      .tuple(fc.integer({ min: -800, max: 0 }), fc.integer({ min: 0, max: 500 }))
      .map(([start, length]): Period => {
        const from = addDays(today, start);
        return { name: "custom", from, to: addDays(from, length) };
      });
    const named = fc.constantFrom(...PERIOD_NAMES).map((name): Period => ({ name }));
    fc.assert(
      fc.property(fc.oneof(custom, named), (period) => {
        const { from, to, isCut } = daysFor(period);
        expect(from <= to && to <= today).toBe(true);
        expect(daysIn(from, to)).toBeLessThanOrEqual(WEEK_DAYS);
        if (isCut) expect(daysIn(from, to)).toBe(WEEK_DAYS);
      }),
    );
  });
});

test("a field of an event can be filtered by, unless its list has joined or rounded values", () => {
  expect(dimensionOfField("custom", "plan")).toBe("event:props:plan");
  // A custom event may have props with these names; they are its own.
  expect(dimensionOfField("custom", "href")).toBe("event:props:href");
  expect(dimensionOfField("custom", "seconds")).toBe("event:props:seconds");
  expect(dimensionOfField("outbound", "href")).toBe("event:href");
  expect(dimensionOfField("click", "text")).toBe("event:props:text");
  expect(["form field", "message file line", "seconds"].map((key) => dimensionOfField("field_blur", key))).toEqual([
    null,
    null,
    null,
  ]);
});

test("figures are written by their unit, and amounts in their currency", () => {
  expect(formatFigure("visitors", 12840)).toBe("12,840");
  expect(formatFigure("ctr", 12.34)).toBe("12.3%");
  expect(formatFigure("ctr", null)).toBe("–");
  expect(formatFigure("total_revenue", { value: 1240.5, currency: "EUR" })).toBe("€1,240.50");
  expect(formatFigure("total_revenue", { value: 124_050.4, currency: "JPY" })).toMatch(/^(JP)?¥124,050$/);
  expect(formatFigure("total_revenue", { value: 12_840.5, currency: "EUR" })).toBe("€12,840.50");
});
