// The change of every metric, in the API's way and in that of screens and mail.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METRIC_NAMES, type MetricName } from "../../../workers/domain/events/catalog";
import { changeOf } from "../../../workers/domain/queries/change";

/** From 40 to 50 and from 0 to 12.4. */
const EXPECTED: Record<MetricName, { plausible: [number, number]; points: [number, number | null] }> = {
  visitors: { plausible: [25, 100], points: [25, null] },
  visits: { plausible: [25, 100], points: [25, null] },
  pageviews: { plausible: [25, 100], points: [25, null] },
  events: { plausible: [25, 100], points: [25, null] },
  views_per_visit: { plausible: [25, 100], points: [25, null] },
  bounce_rate: { plausible: [10, 12.4], points: [10, 12] },
  visit_duration: { plausible: [25, 100], points: [25, null] },
  time_on_page: { plausible: [25, 100], points: [25, null] },
  scroll_depth: { plausible: [25, 100], points: [10, 12] },
};

describe("the change of a metric", () => {
  it.each(METRIC_NAMES)("%s", (metric) => {
    for (const way of ["plausible", "points"] as const) {
      expect([changeOf(metric, 40, 50, way), changeOf(metric, 0, 12.4, way)]).toEqual(EXPECTED[metric][way]);
      expect(changeOf(metric, null, 7, way)).toBeNull();
      expect(changeOf(metric, 7, null, way)).toBeNull();
    }
  });

  it("as Plausible states it", () => {
    for (const [metric, before, now, change] of [
      ["visits", 3, 2, -33],
      ["visits", 0, 0, 0],
      ["bounce_rate", 40.2, 37.9, -2.3],
    ] as const)
      expect(changeOf(metric, before, now, "plausible")).toBe(change);
  });

  it("is a whole number for people whenever there is one, and for the API whenever both sides are", () => {
    const value = fc.nat(1_000_000);
    fc.assert(
      fc.property(fc.constantFrom(...METRIC_NAMES), value, value, (metric, before, now) => {
        expect(changeOf(metric, before, now, "points") ?? 0).toSatisfy(Number.isInteger);
        expect(changeOf(metric, before, now, "plausible")).not.toBeNull();
        expect(changeOf("visits", before, now, "plausible")).toSatisfy(Number.isInteger);
      }),
    );
  });
});
