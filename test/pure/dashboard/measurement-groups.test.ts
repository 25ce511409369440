// The groups in which an owner finds what can be measured.
import { expect, test } from "vitest";
import { MEASUREMENT_GROUPS } from "../../../dashboard/src/data/measurement-groups";
import { MEASUREMENT_NAMES } from "../../../workers/domain/events/measurement";

test("every measurement is in one group, so that each has a switch", () => {
  const grouped = MEASUREMENT_GROUPS.flatMap(({ measurements }) => measurements);
  expect([...grouped].sort()).toEqual([...MEASUREMENT_NAMES].sort());
});
