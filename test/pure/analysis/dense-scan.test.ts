// The scan with counters by code counts what the general scan counts.
import fc from "fast-check";
import { expect, it } from "vitest";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import { NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";
import { scanDimensionFor } from "../../../workers/domain/analysis/dimensions";
import { denseScan } from "../../../workers/domain/analysis/scan/dense-scan";
import { matchesOf } from "../../../workers/domain/analysis/scan/matches";
import { isByName, type Panel, type ScanRow, scanGenerally } from "../../../workers/domain/analysis/scan/scan";
import { PLACES } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";

const DIMENSIONS = [
  ...["event:page", "event:name", "event:hostname", "event:button", "event:rule", "event:href", "event:props:plan"],
  ...["visit:source", "visit:country", "visit:entry_page", "visit:exit_page", "visit:utm_source"],
];
const FILTERS = [
  [],
  [["is", "visit:country", ["DE"]]],
  [
    ["is_not", "visit:country", ["GB"]],
    ["contains", "visit:entry_page", ["/"]],
  ],
  [
    ["is", "visit:country", ["DE", "GB"]],
    ["is_not", "visit:source", ["x"]],
    ["has_done", ["is", "event:page", ["/"]]],
  ],
  [["is", "event:page", ["/", "/user/7"]]],
  [["is", "event:name", ["web_vital", "pageview"]]],
];

const asked = fc.record({
  dimension: fc.oneof(fc.constant(null), fc.constantFrom(...DIMENSIONS)),
  filters: fc.constantFrom(...FILTERS),
  isByDate: fc.boolean(),
  ends: fc.boolean(),
  part: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
});

const sorted = (rows: readonly ScanRow[]) =>
  rows.map(({ bucket, values, counts }) => JSON.stringify([bucket, values, Object.entries(counts).sort()])).sort();

it("counters by code have what the general scan counts", () => {
  let compared = 0;
  let rowsSeen = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      someSteps,
      fc.boolean(),
      fc.array(asked, { minLength: 10, maxLength: 10 }),
      (place, steps, isSorted, questions) => {
        const frame = frameOf(toRows(steps, place, isSorted));
        for (const { dimension, filters, isByDate, ends, part } of questions) {
          const found = dimension === null ? undefined : scanDimensionFor(dimension);
          const groups = found ? [found.group] : [];
          const [first, last] = part.map((share) => Math.floor(share * (frame.dates.length - 1))).sort((a, b) => a - b);
          const panel: Panel = {
            filter: toFilter(filters, "filters", NOTHING_KNOWN),
            groups,
            // Two dates share a bucket, as weeks do.
            buckets: isByDate ? { kind: "dates", bucketOf: frame.dates.map((_, i) => i >> 1) } : { kind: "none" },
            span: { first: first!, last: last!, times: null },
            isByName: isByName(groups),
            ...{ ends, reading: false, persons: false, revenue: false },
          };
          const matches = matchesOf(frame, panel);
          const dense = denseScan(frame, panel, matches);
          expect(dense).not.toBeNull();
          const general = scanGenerally(frame, panel, matches);
          expect([dimension, filters, sorted(dense!)]).toEqual([dimension, filters, sorted(general)]);
          compared += 1;
          rowsSeen += general.length;
        }
      },
    ),
  );
  // Most questions have something to count.
  expect(rowsSeen).toBeGreaterThan(compared / 2);
});
