// The table of a property's screens: its keys lead to one screen each, its paths to its titles.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PERIODS } from "../../../dashboard/src/data/period";
import { KEYS } from "../../../dashboard/src/data/shortcut";
import { PAGES, PROPERTY_SCREENS, SETTINGS, screenAt } from "../../../dashboard/src/property-screens";

const withKeys = [...PROPERTY_SCREENS, SETTINGS];
const screens = [...withKeys, PAGES];

test("a key does one thing below a property: it opens a screen, picks a period or is a shortcut of its own", () => {
  const keys = [
    ...withKeys.map(({ key }) => key),
    ...Object.values(PERIODS).map(({ key }) => key),
    ...Object.values(KEYS),
  ];
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  // Shortcuts are compared with the key in lower case.
  const named = ["escape", "arrowleft", "arrowright"];
  expect(keys.filter((key) => (key.length !== 1 && !named.includes(key)) || key !== key.toLowerCase())).toEqual([]);
});

test("every path and every label is that of one screen", () => {
  expect(new Set(screens.map(({ path }) => path)).size).toBe(screens.length);
  expect(new Set(screens.map(({ label }) => label)).size).toBe(screens.length);
});

test("every screen below a property is in the table once", async () => {
  const folders = readdirSync(join(import.meta.dirname, "../../../dashboard/src/screens"));
  const others = ["account", "properties", "start"];
  expect(screens.length).toBe(folders.filter((folder) => !others.includes(folder)).length);
  // One of them comes with the entry: that is the first.
  expect(screens.filter(({ load }) => !load).map(({ path }) => path)).toEqual([""]);
});

test("an address below a property is that of its screen, with and without a slash at the end", () => {
  for (const screen of screens) {
    expect(screenAt(screen.path)).toBe(screen);
    expect(screenAt(`${screen.path}/`)).toBe(screen);
  }
  expect(screenAt("/settings/privacy")).toBe(SETTINGS);
  expect(screenAt("/settingsx")).toBeUndefined();
  expect(screenAt("/nowhere")).toBeUndefined();
});
