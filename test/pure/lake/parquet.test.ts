// The lake's files as a reader that is not ours sees them.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { LAKE_COLUMN_NAMES, LAKE_COLUMNS } from "../../../workers/domain/events/columns";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { fromParquet, toParquet } from "../../../workers/domain/lake/parquet";
import { columnsOf, tableFromParquet, tableToParquet } from "../../../workers/domain/lake/table-parquet";
import { unpackEvent } from "../../../workers/domain/visits/packed";

const DUCKDB_TYPES = {
  text: "VARCHAR",
  integer: "INTEGER",
  bigint: "BIGINT",
  double: "DOUBLE",
  time: "TIMESTAMP",
  json: "JSON",
};

const aStampedEvent = (given: Partial<StampedEvent>): StampedEvent => ({
  ...unpackEvent([]),
  ...{
    site_id: "site",
    event_id: "one",
    event_type: "pageview",
    name: "pageview",
    event_time: Date.UTC(2026, 10, 22, 10, 0, 0, 123),
    received_at: Date.UTC(2026, 10, 22, 10, 0, 1),
    visitor_id: "visitor",
    visit_id: "one",
    page: "/",
    seq: 1,
    new_visit: 1,
    bounce_delta: 1,
    duration_delta: 0,
    firsts: 2 ** 26 - 1,
    visit_firsts: 28,
    local_date: "2026-11-22",
    local_hour: Date.UTC(2026, 10, 22, 10),
    visit_date: "2026-11-22",
    visit_hour: Date.UTC(2026, 10, 22, 10),
    visit_bounce: 0,
    visit_duration: 0,
    exit_lost: 0,
    exit_gained: 1,
    ...given,
  },
});

const EVENTS = [
  aStampedEvent({ asn: 4_200_000_000, country: "CH", city: "Zürich" }),
  aStampedEvent({ event_id: "two", seq: 2, bounce_delta: -1, page: '/it\'s "quoted" 🦊', revenue_amount: 9.95 }),
  aStampedEvent({ event_id: "three", seq: 3, props: { plan: "pro", seats: 3, trial: false, __proto__x: "<script>" } }),
];

it("DuckDB reads every column with its type, by the keys of the lake", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trackkit-lake-"));
  writeFileSync(join(folder, "events.parquet"), new Uint8Array(toParquet(EVENTS)));
  const db = await (await DuckDBInstance.create()).connect();
  const file = `'${join(folder, "events.parquet")}'`;
  const described = await db.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${file})`);
  expect(described.getRowObjects().map((row) => [row.column_name, row.column_type])).toEqual(
    LAKE_COLUMN_NAMES.map((name) => [name, DUCKDB_TYPES[LAKE_COLUMNS[name]]]),
  );
  const counted = await db.runAndReadAll(
    `SELECT count(*)::INT AS rows, sum(bounce_delta)::INT AS bounces, max(asn)::VARCHAR AS asn, max(page) AS page,
     min(event_time)::VARCHAR AS first, max(revenue_amount) AS revenue, max(props ->> 'plan') AS plan,
     count(country)::INT AS countries FROM read_parquet(${file})`,
  );
  expect(counted.getRowObjects()).toEqual([
    {
      rows: 3,
      bounces: 1,
      asn: "4200000000",
      page: '/it\'s "quoted" 🦊',
      first: "2026-11-22 10:00:00.123",
      revenue: 9.95,
      plan: "pro",
      countries: 1,
    },
  ]);
});

it("what is read back is what was written", async () => {
  expect(await fromParquet(toParquet(EVENTS))).toEqual(EVENTS);
});

it("only the columns that are asked for are read, and one that an older file does not have is null", async () => {
  type Older = Pick<StampedEvent, "event_id" | "event_time" | "page">;
  type Part = Pick<StampedEvent, "event_id" | "event_time" | "network_type">;
  const older = tableToParquet<Older>(columnsOf(LAKE_COLUMNS, ["page", "event_id", "event_time"]), EVENTS);
  const asked = columnsOf(LAKE_COLUMNS, ["event_id", "event_time", "network_type"]);
  expect(await tableFromParquet<Part>(asked, older)).toEqual(
    EVENTS.map(({ event_id, event_time }) => ({ event_id, event_time, network_type: null })),
  );
});

it("a table without rows is a file", async () => {
  expect(await fromParquet(toParquet([]))).toEqual([]);
});
