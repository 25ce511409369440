// The order of the test files: one that takes minutes must not be the last to start, or all others wait for it.
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Ends of the paths of files that take longest, longest first. */
const LONG = [
  "browser/start.test.ts",
  "browser/kill.test.ts",
  "browser/dashboard-access.test.ts",
  "browser/overview-periods.test.ts",
  "browser/dashboard.test.ts",
  "browser/hub-crowd.test.ts",
  "browser/insights.test.ts",
  "rooms/maintenance/restamp.test.ts",
  "rooms/pipeline/enrichment-load.test.ts",
  "rooms/ingest/faults.test.ts",
  "rooms/collect/hostile.test.ts",
];

const rank = ({ moduleId }: TestSpecification): number => {
  const place = LONG.findIndex((end) => moduleId.endsWith(end));
  return place < 0 ? LONG.length : place;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
