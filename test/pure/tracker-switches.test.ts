// The tracker knows a measurement by four letters of the event; that works only while the names let it.
import { afterEach, expect, test } from "vitest";
import { isOff, switchOff } from "../../tracker/switches.ts";
import { EVENT_TYPES, MEASUREMENT_NAMES } from "../../workers/domain/measurement";

/** What the tracker asks about. */
const KINDS = ["pageview", "outbound", "download", "form_submit", "scroll"] as const;

afterEach(() => switchOff([]));

test.each(KINDS)("%s is switched off by its own measurement and by no other", (kind) => {
  const own = EVENT_TYPES[kind].measurement;
  expect(isOff(kind)).toBe(false);
  switchOff([own]);
  expect(isOff(kind)).toBe(true);
  switchOff(MEASUREMENT_NAMES);
  expect(isOff(kind)).toBe(true);
  switchOff(MEASUREMENT_NAMES.filter((name) => name !== own));
  expect(isOff(kind)).toBe(false);
});

test("a reply that names no measurements leaves the switches as they were", () => {
  switchOff(["scroll"]);
  switchOff(undefined);
  expect(isOff("scroll")).toBe(true);
});
