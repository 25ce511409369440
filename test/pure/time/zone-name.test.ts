// Names of time zones: every name leads to one canonical name, which this runtime can calculate with.
import { describe, expect, test } from "vitest";
import { makeZoneTables } from "../../../scripts/make-zone-tables.ts";
import { offsetAt } from "../../../workers/domain/time/zone";
import { canonicalZone, canonicalZones, findZone } from "../../../workers/domain/time/zone-name";
import { ZONE_NAMES } from "../../../workers/domain/time/zone-table";

const pairs = ZONE_NAMES.split(/;\n?/).flatMap((zone) => {
  const [name = "", aliases = ""] = zone.split("=");
  return aliases
    .split(" ")
    .filter(Boolean)
    .map((alias) => [alias, name] as const);
});

describe("a canonical name", () => {
  test.each([
    "Asia/Kolkata",
    "Europe/Kyiv",
    "America/Nuuk",
    "Pacific/Kanton",
    "Asia/Ho_Chi_Minh",
    "America/Ciudad_Juarez",
    "Asia/Yangon",
    "Asia/Kathmandu",
    "Europe/Oslo",
    "America/Scoresbysund",
    "America/Argentina/Buenos_Aires",
    "Pacific/Chuuk",
    "Etc/GMT+5",
    "UTC",
  ])("is %s", (name) => {
    expect(findZone(name)).toBe(name);
    expect(canonicalZone(name)).toBe(name);
  });

  test("is found for every zone that the runtime lists", () => {
    const lost = Intl.supportedValuesOf("timeZone").filter((name) => !canonicalZones().includes(canonicalZone(name)));
    expect(lost).toEqual([]);
  });

  test("is known to the runtime", () => {
    expect(canonicalZones().length).toBeGreaterThan(440);
    expect(canonicalZones().filter((name) => findZone(name) !== name)).toEqual([]);
  });
});

describe("an alias", () => {
  test.each([
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["Europe/Kiev", "Europe/Kyiv"],
    ["Asia/Katmandu", "Asia/Kathmandu"],
    ["Asia/Saigon", "Asia/Ho_Chi_Minh"],
    ["Asia/Rangoon", "Asia/Yangon"],
    ["America/Godthab", "America/Nuuk"],
    ["Pacific/Enderbury", "Pacific/Kanton"],
    ["Pacific/Truk", "Pacific/Chuuk"],
    ["America/Buenos_Aires", "America/Argentina/Buenos_Aires"],
    ["Atlantic/Faeroe", "Atlantic/Faroe"],
    ["US/Pacific", "America/Los_Angeles"],
    ["GB", "Europe/London"],
    ["GMT", "UTC"],
    ["Etc/UTC", "UTC"],
    ["Zulu", "UTC"],
    ["europe/KIEV", "Europe/Kyiv"],
    ["utc", "UTC"],
    [" America/New York ", "America/New_York"],
  ])("%j is %s", (alias, name) => {
    expect(findZone(alias)).toBe(name);
    expect(canonicalZone(alias)).toBe(name);
  });

  test("shows the same time as its canonical name, today and half a year ago", () => {
    const now = Date.now();
    const differing = pairs.filter(([alias, name]) => {
      // Removed from tzdata; runtimes do not know them, so they can only be looked up.
      if (["Canada/East-Saskatchewan", "US/Pacific-New"].includes(alias)) return false;
      return [now, now - 182 * 86_400_000].some((at) => offsetAt(at, alias) !== offsetAt(at, name));
    });
    expect(differing).toEqual([]);
    expect(pairs.length).toBeGreaterThan(140);
  });

  test("leads to one zone only", () => {
    const names = [...pairs.map(([alias]) => alias), ...canonicalZones()];
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });
});

test.each([
  "",
  "Mars/Base",
  "Europe",
  "+05:30",
  "UTC+1",
  "Europe/Kyiv/",
  "Etc/Unknown",
  "SystemV/EST5",
  "systemv/PST8PDT",
  "constructor",
  "\u0000",
  "=",
  ";",
])("%j is the name of no zone", (name) => expect(findZone(name)).toBeNull());

test("a stored name that nobody knows stays as it is", () => {
  expect(canonicalZone("+05:30")).toBe("+05:30");
});

test("the tables are made of names, aliases, countries and the cities that lie in the zone", () => {
  const cldr = {
    _description: "Time zones",
    glgoh: { _description: "Nuuk (Godthåb), Greenland", _alias: "America/Godthab America/Nuuk", _iana: "America/Nuuk" },
    globy: { _description: "Ittoqqortoormiit (Scoresbysund), Greenland", _alias: "America/Scoresbysund" },
    gazastrp: { _description: "Gaza Strip, Palestinian Territories", _alias: "Asia/Gaza", _region: "PS" },
    gaza: { _description: "Gaza Strip", _deprecated: true, _preferred: "gazastrp" },
    unk: { _description: "Unknown", _alias: "Etc/Unknown" },
    gmt: { _description: "Greenwich Mean Time", _alias: "Etc/GMT GMT" },
    utc: { _description: "UTC", _alias: "Etc/UTC UTC Zulu" },
  };
  const greenland = {
    name: "America/Nuuk",
    alternativeName: "Greenland Time",
    group: ["America/Nuuk", "America/Scoresbysund", "America/Godthab"],
    mainCities: ["Nuuk", "Scoresbysund", "Sisimiut", "Here / There"],
    abbreviation: "WGT",
    dstAbbreviation: "WGST",
  };
  const { names, places } = makeZoneTables(cldr, [greenland]);
  expect(names).toContain("`America/Nuuk=America/Godthab;America/Scoresbysund;Asia/Gaza;UTC=Etc/GMT GMT Etc/UTC Zulu`");
  expect(places).toContain(
    "`America/Nuuk|GL|Greenland Time WGT WGST|Nuuk,Godthåb,Sisimiut;\n" +
      "America/Scoresbysund|GL|Greenland Time WGT WGST|Ittoqqortoormiit,Scoresbysund;Asia/Gaza|PS||Gaza Strip`",
  );
});
