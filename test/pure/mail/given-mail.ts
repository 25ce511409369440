// Builders for the tests of mail: what each template is told, as on an ordinary day.
import type { AnomalyData } from "../../../workers/domain/mail/anomaly-letter";
import type { Frame } from "../../../workers/domain/mail/letter";
import type { ReportData } from "../../../workers/domain/mail/report-letter";
import type { FailureData, RunSummaryData } from "../../../workers/domain/mail/run-letter";

export const aFrame = (given: Partial<Frame> = {}): Frame => ({
  property: "Northlight Bicycles",
  url: "https://dashboard.example/p/abc",
  optout_url: "https://track.example/mail/optout?t=token",
  ...given,
});

export const aRunSummary = (given: Partial<RunSummaryData> = {}): RunSummaryData => ({
  of: { kind: "run", run_id: "run-2026-11-24T12-05", started_at: Date.UTC(2026, 10, 24, 12, 5) },
  files: 12,
  rows: 3400,
  seconds: 14,
  report: { techstack_rows: 120, addresses: 80, enriched: 78, over_budget: null },
  timezone: "Europe/Zurich",
  ...given,
});

export const aFailure = (given: Partial<FailureData> = {}): FailureData => ({
  run_id: "run-2026-11-24T12-05",
  kind: "run",
  started_at: Date.UTC(2026, 10, 24, 12, 5),
  failed_at: Date.UTC(2026, 10, 24, 12, 9),
  error: "Error: step extract and transform failed: lake lacks object raw/site_id=abc/date=2026-11-24/h-1-9.parquet",
  timezone: "Europe/Zurich",
  ...given,
});

export const anAnomaly = (given: Partial<AnomalyData> = {}): AnomalyData => ({
  id: "visitors-hour-1763978400",
  timezone: "Europe/Zurich",
  metric: "visitors",
  metrics: ["visitors", "pageviews"],
  grain: "hour",
  direction: "spike",
  severity: "warning",
  started_at: Date.UTC(2026, 10, 24, 10),
  ended_at: Date.UTC(2026, 10, 24, 12),
  observed: 1284,
  expected: 310.4,
  low: 240,
  high: 390,
  score: 12.3,
  explanation: { dimension: "visit:source", value: "Hacker News", observed: 940, expected: 3, share_percent: 96.2 },
  threshold: null,
  ...given,
});

const day = (date: string, value: number) => ({
  date,
  value,
  low80: value * 0.85,
  high80: value * 1.15,
  low95: value * 0.75,
  high95: value * 1.25,
});

export const aReport = (given: Partial<ReportData> = {}): ReportData => ({
  period: "week",
  days: { first: "2026-11-16", last: "2026-11-22" },
  before: { first: "2026-11-09", last: "2026-11-15" },
  figures: [
    { metric: "visitors", value: 12_345, before: 11_022 },
    { metric: "visits", value: 14_210, before: 13_001 },
    { metric: "pageviews", value: 48_120, before: 50_002 },
    { metric: "bounce_rate", value: 41.3, before: 44.1 },
    { metric: "visit_duration", value: 184, before: 171 },
    { metric: "events", value: 61_003, before: 61_003 },
  ],
  pages: [
    { value: "/", pageviews: 15_004 },
    { value: "/bikes/gravel/northlight-explorer-2026-limited-edition-with-a-very-long-name", pageviews: 9120 },
    { value: "/pricing", pageviews: 4011 },
    { value: "/blog/winter-tyres", pageviews: 1200 },
    { value: "/contact", pageviews: 309 },
  ],
  sources: [
    { value: "(direct)", visitors: 5012 },
    { value: "Google", visitors: 4220 },
    { value: "Hacker News", visitors: 812 },
  ],
  forecast: ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"].map(
    (date, i) => day(date, 1500 + 90 * i),
  ),
  ...given,
});
