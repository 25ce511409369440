// The forecast of a property from its days until yesterday. The dashboard and the weekly mail show the same one.
import { forecast } from "../../domain/anomalies/forecast";
import { rounded } from "../../domain/anomalies/outcome";
import type { ForecastView } from "../../domain/anomalies/record";
import { addDays, localDate } from "../../domain/time/zone";
import { readDays } from "./anomaly-series";

/** Half a year: older days say nothing about the next week. */
const DAYS = 182;

/** The next seven days, today included. @returns null while there is too little history. */
export async function readForecast(
  db: D1Database,
  { site_id, timezone }: { site_id: string; timezone: string },
  metric: ForecastView["metric"],
  now: number,
): Promise<ForecastView["days"]> {
  const today = localDate(now, timezone);
  const days = await readDays(db, site_id, addDays(today, -DAYS), addDays(today, -1));
  const found = forecast(
    days.map((day) => ({ date: day.date, value: day[metric] })),
    today,
  );
  return (
    found?.days.map(({ date, expected, low80, high80, low95, high95 }) => ({
      date,
      value: rounded(expected),
      low80: rounded(low80),
      high80: rounded(high80),
      low95: rounded(low95),
      high95: rounded(high95),
    })) ?? null
  );
}
