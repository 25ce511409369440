// What the insight screens make of the replies: days, funnels, bands, and which field a refusal is about.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { daysIn } from "../../../dashboard/src/data/calendar";
import { daysOf, PERIOD_NAMES, type Period } from "../../../dashboard/src/data/period";
import { fieldOf, toAttributes } from "../../../dashboard/src/data/rule";
import {
  type FormEvent,
  type MediaStep,
  toErrors,
  toForms,
  toFunnels,
} from "../../../dashboard/src/screens/events/engagement";
import { medianDepth, toReach } from "../../../dashboard/src/screens/heatmaps/heat";
import { bandOf, formatVital, placeOf, VITAL_ABOUT } from "../../../dashboard/src/screens/vitals/bands";
import { type EventInsight, VITALS } from "../../../workers/domain/counts/insight";

const insight = (props: Record<string, Record<string, number>>): EventInsight => ({
  name: "custom",
  type: "custom",
  events: 0,
  pages: [],
  props: Object.entries(props).map(([key, values]) => ({
    key,
    values: Object.entries(values).map(([value, events]) => ({ value, events })),
  })),
});

describe("the days of a period", () => {
  test.each([
    [{ name: "day" }, "2026-11-24", "2026-11-24"],
    [{ name: "yesterday" }, "2026-11-23", "2026-11-23"],
    [{ name: "28d" }, "2026-10-28", "2026-11-24"],
    [{ name: "24h" }, "2026-11-23", "2026-11-24"],
    [{ name: "last_week" }, "2026-11-16", "2026-11-22"],
    [{ name: "90d" }, "2026-08-27", "2026-11-24"],
    [{ name: "last_year" }, "2025-01-01", "2025-12-31"],
    [{ name: "custom", from: "2026-11-20T10:00+01:00", to: "2026-11-20T13:00+01:00" }, "2026-11-20", "2026-11-20"],
    [{ name: "custom", from: "2026-11-20T10:00+01:00", to: "2026-11-22T00:00+01:00" }, "2026-11-20", "2026-11-21"],
    [{ name: "month" }, "2026-11-01", "2026-11-24"],
    [{ name: "year" }, "2026-01-01", "2026-11-24"],
    [{ name: "12mo" }, "2025-12-01", "2026-11-24"],
    [{ name: "custom", from: "2020-01-01", to: "2026-11-20" }, "2025-11-20", "2026-11-20"],
  ] as [Period, string, string][])("%o", (period, from, to) => {
    expect(daysOf(period, "2026-11-24", 366)).toEqual({ from, to });
  });

  test("are in order and never more than asked for, whatever the day", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PERIOD_NAMES),
        fc.date({ min: new Date("2020-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
        (name, date) => {
          const { from, to } = daysOf({ name }, date.toISOString().slice(0, 10), 366);
          expect(daysIn(from, to)).toBeGreaterThanOrEqual(1);
          expect(daysIn(from, to)).toBeLessThanOrEqual(366);
        },
      ),
    );
  });
});

test("a medium's funnel has all steps, also those that nobody reached", () => {
  const details: Record<MediaStep, EventInsight> = {
    media_play: insight({ media: { Tour: 10, Talk: 3 } }),
    media_25: insight({ media: { Tour: 8 } }),
    media_50: insight({ media: { Tour: 6 } }),
    media_75: insight({ media: { Tour: 4 } }),
    media_complete: insight({ kind: { video: 2 }, media: { Tour: 2 } }),
  };
  expect(toFunnels(details)).toEqual([
    { name: "Tour", steps: [10, 8, 6, 4, 2] },
    { name: "Talk", steps: [3, 0, 0, 0, 0] },
  ]);
});

test("a form's fields are those of its own name, in the order in which visitors come to them", () => {
  const details: Record<FormEvent, EventInsight> = {
    form_start: insight({ form: { signup: 5, contact: 2 } }),
    form_submit: insight({ form: { signup: 3, newsletter: 1 } }),
    form_abandon: insight({ form: { signup: 2 }, "form field": { "signup\nemail": 2 } }),
    field_focus: insight({ "form field": { "signup\nname": 5, "signup\nemail": 4, "contact\nemail": 2 } }),
  };
  expect(toForms(details)).toEqual([
    {
      name: "signup",
      starts: 5,
      submissions: 3,
      abandoned: 2,
      fields: [
        { name: "name", entered: 5, last: 0 },
        { name: "email", entered: 4, last: 2 },
      ],
    },
    { name: "contact", starts: 2, submissions: 0, abandoned: 0, fields: [{ name: "email", entered: 2, last: 0 }] },
    { name: "newsletter", starts: 0, submissions: 1, abandoned: 0, fields: [] },
  ]);
});

test("an error is told with its place, as far as the browser knew it", () => {
  const details = insight({ "message file line": { "x is null\ncart.js\n12": 3, "Script error.\n\n": 1 } });
  expect(toErrors(details)).toEqual([
    { message: "x is null", place: "cart.js:12", events: 3 },
    { message: "Script error.", place: null, events: 1 },
  ]);
});

describe("web vitals", () => {
  test.each([
    ["LCP", 2500, "good"],
    ["LCP", 2501, "needs"],
    ["LCP", 4001, "poor"],
    ["INP", 200, "good"],
    ["INP", 501, "poor"],
    ["CLS", 0.1, "good"],
    ["CLS", 0.25, "needs"],
    ["FCP", 3001, "poor"],
    ["TTFB", 800, "good"],
  ] as const)("%s of %d is %s", (metric, value, band) => {
    expect(bandOf(metric, value)).toBe(band);
  });

  test("lie on the scale in the band that they are in, and never beyond its end", () => {
    fc.assert(
      fc.property(fc.constantFrom(...VITALS), fc.double({ min: 0, max: 100_000, noNaN: true }), (metric, value) => {
        const place = placeOf(metric, value);
        const end = { good: 100 / 3, needs: 200 / 3, poor: 100 }[bandOf(metric, value)];
        expect(place).toBeGreaterThanOrEqual(end - 100 / 3 - 1e-9);
        expect(place).toBeLessThanOrEqual(end + 1e-9);
      }),
    );
    expect(placeOf("LCP", VITAL_ABOUT.LCP.good)).toBeCloseTo(100 / 3);
  });

  test("are read in milliseconds, seconds or plain", () => {
    const texts = [formatVital("LCP", 2412), formatVital("INP", 180.4), formatVital("CLS", 0.1), formatVital("CLS", 0)];
    expect(texts).toEqual(["2.4 s", "180 ms", "0.10", "0.00"]);
    expect(formatVital("TTFB", null)).toBe("–");
  });

  test("keep a digit more where the rounded number would lie in another band", () => {
    const texts = [
      formatVital("CLS", 0.103),
      formatVital("CLS", 0.0951),
      formatVital("LCP", 2512),
      formatVital("LCP", 2480),
    ];
    expect(texts).toEqual(["0.103", "0.10", "2.51 s", "2.5 s"]);
  });
});

test("scroll reach begins with everybody at the top", () => {
  const reach = [10, 10, 8, 6, 5, 4, ...Array<number>(14).fill(1)];
  expect(toReach(reach, 10)[0]).toEqual({ depth: 0, views: 10, share: 100 });
  expect(toReach(reach, 10).at(-1)).toEqual({ depth: 100, views: 1, share: 10 });
  expect(medianDepth(reach, 10)).toBe(25);
  expect(medianDepth(Array<number>(20).fill(0), 3)).toBe(0);
});

test("a refusal is said at the field that it begins with", () => {
  expect(fieldOf("Selector cannot be read: expected attribute name (position 2).")).toBe("selector");
  expect(fieldOf("Attributes[0] must have at most 100 characters.")).toBe("attributes");
  expect(fieldOf("Name must not be empty.")).toBe("name");
  expect(fieldOf("Page must begin with / or *.")).toBe("page");
  expect(fieldOf("Property must have at most 50 rules.")).toBe(null);
  expect(fieldOf(null)).toBe(null);
});

test("attributes are separated as people do, each once", () => {
  expect(toAttributes(" data-plan, data-id\ndata-plan ")).toEqual(["data-plan", "data-id"]);
  expect(toAttributes("")).toEqual([]);
});
