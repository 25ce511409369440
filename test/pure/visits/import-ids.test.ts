// Ids of imported events are filed so that two imports of a line meet, whenever they run.
import { assert, constantFrom, integer, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  idDates,
  isOfTracker,
  MAX_AHEAD,
  placeInId,
  placeOfLine,
  timeAtMost,
} from "../../../workers/domain/visits/imports/ids";

const MIDNIGHT = Date.UTC(2026, 9, 20);
const filedAt = (time: number, now: number) => idDates({ event_time: timeAtMost(time, now), received_at: now });
const own = (time: number) => new Date(time).toISOString().slice(0, 10);

describe("the dates of an id", () => {
  it("include the date of the line itself, whenever it is imported", () => {
    const around = tuple(
      constantFrom(-86_400_000, 0, 86_400_000),
      integer({ min: -MAX_AHEAD - 2, max: MAX_AHEAD + 2 }),
    );
    const later = integer({ min: -MAX_AHEAD, max: 3 * 86_400_000 });
    assert(
      property(around, later, ([day, ms], after) => {
        const time = MIDNIGHT + day + ms;
        expect(filedAt(time, time + after)).toContain(own(time));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ["2026-10-20T00:03:00Z", "2026-10-19T23:58:00Z", ["2026-10-19", "2026-10-20"]],
    ["2026-10-20T00:03:00Z", "2026-10-20T00:02:00Z", ["2026-10-20"]],
    ["2026-10-20T00:03:00Z", "2026-10-22T12:00:00Z", ["2026-10-20"]],
    ["2026-10-19T23:58:00Z", "2026-10-19T23:58:00.001Z", ["2026-10-19"]],
    ["2026-10-19T12:00:00Z", "2026-10-19T11:58:00Z", ["2026-10-19"]],
  ])("of a line at %s, imported at %s, are %j", (time, now, dates) => {
    expect(filedAt(Date.parse(time), Date.parse(now))).toEqual(dates);
  });
});

describe("ids of earlier versions", () => {
  it.each([
    [`old-tool-${placeOfLine("1k2j3h4l5m6n7p", 17)}`, "1k2j3h4l5m6n7p-17"],
    [`1k2j3h4l5m6n7p-${placeOfLine("1k2j3h4l5m6n7p", 0)}`, "1k2j3h4l5m6n7p-0"],
    ["V1StGXR8_Z5jdHi6B-myTq.1", null],
    ["3f2b8c1e-9d4a-4b7e-8a55-123456789012", null],
    ["order-17", null],
    ["0.123x0.456", null],
  ])("name the place of a line: %s", (id, place) => {
    expect(placeInId(id)).toBe(place);
  });

  const HOUR = 3_600_000;
  it.each([
    [`${Math.random()}x${Math.random()}`, 0, true],
    ["5.1e-7x0.25-first", 24 * HOUR, true],
    // Exported from another installation, and imported here.
    ["0.25x0.75", 25 * HOUR, false],
    ["order-1x2", 0, false],
    ["V1StGXR8_Z5jdHi6B-myTq.1", 0, false],
  ])("tell the tracker's events from imported ones: %s after %i ms", (event_id, after, is) => {
    expect(isOfTracker({ event_id, event_time: MIDNIGHT, received_at: MIDNIGHT + after })).toBe(is);
  });
});
