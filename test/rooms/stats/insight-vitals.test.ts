// Insight into web vitals: quantiles and bands held against those of the samples that were sent.
import { beforeEach, describe, expect, test } from "vitest";
import type { VitalsInsight } from "../../../workers/domain/counts/insight";
import { CHROME } from "../beacons";
import { givenFreshStorage } from "../given";
import { DAY, dateOf, givenInsight, NOW, PHONE } from "./given-insight";

givenFreshStorage();
const { send, insight } = givenInsight();

describe("web vitals", () => {
  const METRICS = ["LCP", "INP", "CLS", "FCP", "TTFB"];
  const LIMITS: Record<string, [number, number]> = {
    LCP: [2500, 4000],
    INP: [200, 500],
    CLS: [0.1, 0.25],
    FCP: [1800, 3000],
    TTFB: [800, 1800],
  };
  const ratingOf = (metric: string, value: number) => {
    const [good, fair] = LIMITS[metric]!;
    return value <= good ? "good" : value <= fair ? "needs-improvement" : "poor";
  };
  interface Sample {
    metric: string;
    value: number;
    page: string;
    device: string;
    ago: number;
  }
  // The same numbers in every run, spread over three decades.
  const samples: Sample[] = Array.from({ length: 300 }, (_, i) => {
    const metric = METRICS[i % 5]!;
    return {
      metric,
      value: LIMITS[metric]![0] * 10 ** (((i * 7919) % 1000) / 500 - 1.2),
      page: ["/", "/a", "/b-c"][(i * 13) % 3]!,
      device: ["Desktop", "Mobile"][(i * 31) % 2]!,
      ago: i % 3,
    };
  });
  const p75Of = (of: readonly Sample[]): number => {
    const sorted = of.map(({ value }) => value).sort((a, b) => a - b);
    return sorted[Math.ceil(sorted.length * 0.75) - 1]!;
  };

  beforeEach(async () => {
    const events = samples.map(({ metric, value, page, device, ago }) => ({
      event_type: "web_vital",
      props: { metric, value, rating: ratingOf(metric, value) },
      page_path: page,
      user_agent: device === "Mobile" ? PHONE : CHROME,
      person: device === "Mobile" ? 1 : 2,
      ago,
    }));
    await send(events.slice(0, 200), true);
    await send([
      ...events.slice(200),
      { event_type: "web_vital", props: { metric: "FID", value: 3, rating: "good" } },
      { event_type: "web_vital", props: { metric: "LCP", value: "3", rating: "good" } },
      { event_type: "web_vital", props: { metric: "LCP", value: -3, rating: "good" } },
      { event_type: "web_vital" },
    ]);
  });

  test.each<[string, { page?: string; device?: string }, number]>([
    ["all samples", {}, 2],
    ["one page", { page: "/b-c" }, 2],
    ["one device", { device: "Mobile" }, 2],
    ["both, today", { page: "/", device: "Desktop" }, 0],
  ])("of %s are within 2.5 % of their quantile, and in their bands", async (_, filter, ago) => {
    const period = { from: dateOf(NOW - ago * DAY), to: dateOf(NOW) };
    const told = await insight<VitalsInsight>("vitals", { ...filter, ...period });
    const within = samples.filter((sample) => sample.ago <= ago);
    const ofPage = within.filter(({ page }) => page === (filter.page ?? page));
    const ofDevice = within.filter(({ device }) => device === (filter.device ?? device));
    const expectNear = (value: number | null, of: readonly Sample[], metric: string) => {
      const exact = p75Of(of);
      // And half a unit of what is told.
      expect(Math.abs(value! - exact)).toBeLessThanOrEqual(exact * 0.025 + (metric === "CLS" ? 0.0005 : 0.5));
    };
    expect(told.metrics.map(({ metric }) => metric)).toEqual(METRICS);
    for (const { metric, p75, ...counts } of told.metrics) {
      const of = ofPage.filter((sample) => sample.metric === metric && ofDevice.includes(sample));
      const rated = (rating: string) => of.filter(({ value }) => ratingOf(metric, value) === rating).length;
      expect(counts).toEqual({
        samples: of.length,
        good: rated("good"),
        needs_improvement: rated("needs-improvement"),
        poor: rated("poor"),
      });
      expectNear(p75, of, metric);
    }
    for (const [rows, of, by] of [
      [told.pages, ofDevice, "page"],
      [told.devices, ofPage, "device"],
    ] as const) {
      const groups = Map.groupBy(of, (sample) => sample[by]);
      expect(new Map(rows.map(({ value, samples: count }) => [value, count]))).toEqual(
        new Map([...groups].map(([value, group]) => [value, group.length])),
      );
      for (const { value, p75 } of rows)
        for (const metric of METRICS) {
          const group = groups.get(value)!.filter((sample) => sample.metric === metric);
          if (group.length === 0) expect(p75[metric as "LCP"]).toBeNull();
          else expectNear(p75[metric as "LCP"], group, metric);
        }
    }
  });

  test("of a day without samples are none", async () => {
    const day = dateOf(NOW - 40 * DAY);
    const told = await insight<VitalsInsight>("vitals", { from: day, to: day });
    expect(told.metrics[0]).toEqual({
      metric: "LCP",
      samples: 0,
      p75: null,
      good: 0,
      needs_improvement: 0,
      poor: 0,
    });
    expect([told.pages, told.devices]).toEqual([[], []]);
  });
});
