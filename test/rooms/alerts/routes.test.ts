// The routes of anomalies and the forecast: who may ask, for which days, and what the next week will be like.
import { describe, expect, it } from "vitest";
import type { ForecastView } from "../../../workers/domain/anomalies/record";
import { addDays, localDate } from "../../../workers/domain/time/zone";
import { call, givenFreshStorage, givenKey, problemOf } from "../given";
import { aSpike, givenTold, kept, NOW, run, TODAY } from "./given-alerts";
import { givenCounts, usualTraffic, type ZonedProperty } from "./given-counts";

givenFreshStorage();

describe("the routes", () => {
  it("list what reaches into the days asked for, to those who may see the property", async () => {
    const place = await givenTold();
    await givenCounts(place, usualTraffic(place, { until: NOW }));
    await givenCounts(place, aSpike(place));
    await run();
    expect((await kept(place, TODAY, TODAY)).length).toBe(1);
    expect(await kept(place, addDays(TODAY, -3), addDays(TODAY, -1))).toEqual([]);
    expect(await kept(place, addDays(TODAY, 1), addDays(TODAY, 1))).toEqual([]);
    const path = `/api/v1/properties/${place.site_id}`;
    const key = await givenKey();
    const reader = await givenKey("organization", ["stats"]);
    for (const query of [
      "from=2026-02-30",
      "from=2026-04-09&to=2026-04-08",
      "from=2024-01-01&to=2026-01-01",
      "since=1",
    ])
      expect(await problemOf(await call("GET", `${path}/anomalies?${query}`, { key }))).toBe("invalid");
    expect((await call("GET", `${path}/anomalies`, { key: reader })).status).toBe(200);
    expect(await problemOf(await call("GET", `${path}/anomalies`))).toBe("unauthorized");
    expect(await problemOf(await call("POST", `${path}/anomalies/none/dismiss`, { key }))).toBe("not_found");
    expect(await problemOf(await call("POST", `${path}/anomalies/none/dismiss`, { key: reader }))).toBe("forbidden");
    const stranger = await givenKey("another");
    expect(await problemOf(await call("GET", `${path}/anomalies`, { key: stranger }))).toBe("not_found");
    expect(await problemOf(await call("GET", `${path}/forecast`, { key: stranger }))).toBe("not_found");
  });

  it("tell the next seven days, and nothing of a property that is too new", async () => {
    const now = Date.now();
    const [place, fresh] = [await givenTold(), await givenTold()];
    await givenCounts(place, usualTraffic(place, { until: now }), false);
    await givenCounts(fresh, usualTraffic(fresh, { until: now, days: 5 }));
    const key = await givenKey();
    const ask = async ({ site_id }: ZonedProperty, query = "") =>
      (await (await call("GET", `/api/v1/properties/${site_id}/forecast${query}`, { key })).json()) as ForecastView;
    const { metric, days } = await ask(place);
    expect(metric).toBe("visitors");
    const today = localDate(now, place.timezone);
    expect(days?.map(({ date }) => date)).toEqual([0, 1, 2, 3, 4, 5, 6].map((ahead) => addDays(today, ahead)));
    for (const { value, low80, high80, low95, high95 } of days ?? []) {
      expect([low95, low80, value, high80, high95].toSorted((a, b) => a - b)).toEqual([
        low95,
        low80,
        value,
        high80,
        high95,
      ]);
      expect(value).toBeGreaterThan(1200);
      expect(value).toBeLessThan(1600);
    }
    expect((await ask(place, "?metric=pageviews")).days![0]!.value).toBeGreaterThan(3600);
    expect(await ask(fresh, "?metric=events")).toEqual({ metric: "events", days: null });
    const reply = await call("GET", `/api/v1/properties/${place.site_id}/forecast?metric=bounce_rate`, { key });
    expect(await problemOf(reply)).toBe("invalid");
  });
});
