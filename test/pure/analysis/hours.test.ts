// Hours are exact beyond 2038, when seconds outgrow 32 bits: in the tables of a day, in a frame and in an answer.
import { expect, it } from "vitest";
import { FrameBuilder } from "../../../workers/domain/analysis/frame/builder";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import { toDay } from "../../../workers/domain/analysis/zone/day";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../../workers/domain/analysis/zone/tables";
import type { ColumnType } from "../../../workers/domain/events/columns";
import { readTablePages, tableFromParquet, tableToParquet } from "../../../workers/domain/lake/table-parquet";
import { unpackEvent } from "../../../workers/domain/visits/packed";

const TIME = Date.parse("2041-05-06T07:08:09Z");
const HOUR = Date.parse("2041-05-06T07:00:00Z");
const DATE = "2041-05-06";

const event = {
  ...unpackEvent([]),
  ...{ event_id: "one", event_type: "pageview" as const, name: "pageview", event_time: TIME, page: "/" },
  ...{ visitor_id: "anna", visit_id: "visit", new_visit: 1, local_date: DATE, visit_date: DATE },
  ...{ local_hour: HOUR, visit_hour: HOUR },
};

const wanted = {
  visits: new Set(["began", "hour", "started_at"]),
  actions: new Set(["use", "counted", "pageview", "hour", "event_time"]),
};

async function hoursOf(type: ColumnType, hour: number): Promise<unknown[]> {
  const { visits, actions } = toDay(DATE, [event]);
  const builder = new FrameBuilder([{ date: DATE, visits: 1, actions: 1 }], wanted, null);
  const columns = { visits: { ...VISIT_COLUMNS, hour: type }, actions: { ...ACTION_COLUMNS, hour: type } };
  const bodies = {
    visits: tableToParquet(
      columns.visits as never,
      visits.map((row) => ({ ...row, hour })),
    ),
    actions: tableToParquet(
      columns.actions as never,
      actions.map((row) => ({ ...row, hour })),
    ),
  };
  for (const table of ["visits", "actions"] as const) {
    const own = table === "visits" ? { ...VISIT_COLUMNS, visitor_id: "bytes" as const } : ACTION_COLUMNS;
    builder.add(table, await readTablePages(own, bodies[table], builder.storedOf(table)));
    const rows = await tableFromParquet<{ hour: number }>(ACTION_COLUMNS as never, bodies[table]);
    expect(rows.map((row) => row.hour)).toEqual([hour]);
  }
  const span = { first: 0, last: 0, times: null };
  const panel = { filter: null, groups: [], buckets: { kind: "hours" as const }, span, isByName: false };
  const wants = { reading: false, ends: false, persons: false, revenue: false };
  return scan(builder.build(), { ...panel, ...wants }).map(({ bucket, counts }) => [bucket, counts.pageviews]);
}

it("hours after 2038 are written, read and answered", async () => {
  expect(await hoursOf(VISIT_COLUMNS.hour, HOUR / 1000)).toEqual([[HOUR / 1000, 1]]);
});

it("hours of tables that were written in 32 bits are read as they were", async () => {
  const hour = Date.parse("2026-11-30T07:00:00Z") / 1000;
  expect(await hoursOf("integer", hour)).toEqual([[hour, 1]]);
});
