// The picker of time zones: what it lists, in which order, and what finds a zone.
import { describe, expect, test } from "vitest";
import { searchZones, zoneChoices } from "../../../dashboard/src/data/zone-choices";
import { canonicalZones } from "../../../workers/domain/time/zone-name";

const WINTER = Date.parse("2026-01-15T12:00:00Z");
const SUMMER = Date.parse("2026-07-15T12:00:00Z");
const zones = zoneChoices(WINTER, "Europe/Paris", "Europe/Paris");
const of = (name: string, list = zones) => list.find(({ value }) => value === name);
const find = (typed: string) => searchZones(zones, typed).map(({ value }) => value);

describe("the list", () => {
  test("has every zone of a country under its canonical name, and UTC", () => {
    const names = zones.map(({ value }) => value);
    expect(new Set(names)).toEqual(new Set(canonicalZones().filter((name) => !name.startsWith("Etc/"))));
    expect(names).toHaveLength(new Set(names).size);
  });

  test("begins with the browser's zone and goes on from the west to the east", () => {
    expect(zones[0]).toMatchObject({
      value: "Europe/Paris",
      detail: "This browser’s zone · Paris, Marseille, Lyon · France",
    });
    const minutes = zones.slice(1).map(({ offset }) => {
      const [hours = 0, rest = 0] = offset.slice(1).split(":").map(Number);
      return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + rest);
    });
    expect(minutes).toEqual([...minutes].sort((a, b) => a - b));
    expect([minutes[0], minutes.at(-1)]).toEqual([-11 * 60, 14 * 60]);
    expect(zones.filter(({ detail }) => detail?.includes("This browser"))).toHaveLength(1);
  });

  test("shows offset, cities and country", () => {
    expect(of("Asia/Kolkata")).toMatchObject({
      label: "Asia/Kolkata",
      hint: "UTC+05:30",
      detail: "Kolkata, Mumbai, Delhi · India",
    });
    expect(of("America/New_York")).toMatchObject({ label: "America/New York", hint: "UTC-05:00" });
    expect(of("UTC")).toMatchObject({ hint: "UTC+00:00", detail: "" });
  });

  test("has the offsets of now", () => {
    const summer = zoneChoices(SUMMER, "Europe/Paris", "UTC");
    expect([of("Europe/Kyiv")?.hint, of("Europe/Kyiv", summer)?.hint]).toEqual(["UTC+02:00", "UTC+03:00"]);
    expect([of("Australia/Lord_Howe")?.hint, of("Australia/Lord_Howe", summer)?.hint]).toEqual([
      "UTC+11:00",
      "UTC+10:30",
    ]);
  });

  test.each([
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["Etc/UTC", "UTC"],
    ["Etc/GMT-3", "Etc/GMT-3"],
  ])("of a browser in %s begins with %s", (own, name) => {
    expect(zoneChoices(WINTER, own, "UTC")[0]?.value).toBe(name);
  });

  test("has the zone that was chosen, also where it is a fixed offset", () => {
    expect(of("Etc/GMT+5", zoneChoices(WINTER, "Europe/Paris", "Etc/GMT+5"))?.hint).toBe("UTC-05:00");
  });
});

describe("a search", () => {
  test.each([
    ["India", "Asia/Kolkata"],
    ["mumbai", "Asia/Kolkata"],
    ["Calcutta", "Asia/Kolkata"],
    ["asia/calc", "Asia/Kolkata"],
    ["Kiev", "Europe/Kyiv"],
    ["Kyiv", "Europe/Kyiv"],
    ["ukra", "Europe/Kyiv"],
    ["lisb", "Europe/Lisbon"],
    ["new york", "America/New_York"],
    ["America/New_York", "America/New_York"],
    ["sao paulo", "America/Sao_Paulo"],
    ["São Paulo", "America/Sao_Paulo"],
    ["saigon", "Asia/Ho_Chi_Minh"],
    ["Yangon", "Asia/Yangon"],
    ["godthab", "America/Nuuk"],
    ["san francisco", "America/Los_Angeles"],
    ["US/Pacific", "America/Los_Angeles"],
    ["Port-au-Prince", "America/Port-au-Prince"],
    ["paris", "Europe/Paris"],
    ["utc", "UTC"],
    ["Etc/UTC", "UTC"],
    ["indochina time", "Asia/Bangkok"],
  ])("for %j finds %s first", (typed, name) => expect(find(typed)[0]).toBe(name));

  test.each(["+5:30", "+05:30", "+0530", "UTC+5:30", "utc +5:30", "GMT+5:30", "5:30"])(
    "for %j finds the offset",
    (typed) => {
      expect(find(typed)).toEqual(["Asia/Colombo", "Asia/Kolkata"]);
    },
  );

  test("for hours finds all offsets of the hour, on their side of Greenwich", () => {
    const offsets = (typed: string) => [...new Set(searchZones(zones, typed).map(({ offset }) => offset))];
    expect(offsets("+5")).toEqual(["+05:00", "+05:30", "+05:45"]);
    expect(offsets("-5")).toEqual(["-05:00"]);
    expect(offsets("+1")).toEqual(["+01:00"]);
    expect(offsets("-3:3")).toEqual(["-03:30"]);
    expect(offsets("-0")).toEqual(["+00:00"]);
    expect(offsets("+99")).toEqual([]);
  });

  test("for several words finds the zones that have them all", () => {
    expect(find("india +5:30")).toEqual(["Asia/Kolkata", "Asia/Colombo"]);
    expect(find("mumbai +6")).toEqual([]);
    expect(find("america argentina").every((name) => name.startsWith("America/Argentina/"))).toBe(true);
  });

  test("keeps the order of the list among equals", () => {
    const argentina = find("argentina");
    expect(argentina).toHaveLength(12);
    expect(argentina).toEqual(zones.map(({ value }) => value).filter((value) => argentina.includes(value)));
  });

  test("for what is no place finds nothing, whatever its signs", () => {
    for (const typed of ["atlantis", "+", "(", "*", "\\", "'", "+5:30:00"]) expect(() => find(typed)).not.toThrow();
    expect(find("atlantis")).toEqual([]);
  });
});
