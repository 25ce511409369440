// The tracker's switches: a kind that the property does not want is not recorded.
import { afterEach, expect, test } from "vitest";
import { isOff, switchOff } from "../../tracker/switches.ts";

afterEach(() => switchOff([]));

test("a kind is switched off by its own name and by no other", () => {
  expect(isOff("outbound")).toBe(false);
  switchOff(["scroll", "download"]);
  expect([isOff("scroll"), isOff("download"), isOff("outbound")]).toEqual([true, true, false]);
});

test("a reply that names no kinds leaves the switches as they were", () => {
  switchOff(["scroll"]);
  switchOff(undefined);
  expect(isOff("scroll")).toBe(true);
});
