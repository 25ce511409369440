// The flags and variables of `npm start`.
import { expect, test } from "vitest";
import { readSettings, USAGE } from "../../../scripts/start/settings.ts";

const messageOf = (args: string[], env: Record<string, string> = {}): string => {
  try {
    return JSON.stringify(readSettings(args, env));
  } catch (error) {
    return (error as Error).message;
  }
};

test("--help asks for the text that lists every flag and variable, whatever else is given", () => {
  expect(readSettings(["--help"], {})).toBeNull();
  expect(readSettings(["--days", "many", "--help"], { PORT: "no port" })).toBeNull();
  for (const name of ["--empty", "--days", "--help", "PORT", "DASHBOARD_PORT", "SITE_PORT", "TRACKKIT_STATE"])
    expect(USAGE).toContain(`  ${name} `);
});

test("flags and variables are settings, and those that are wrong are named, with the flags that there are", () => {
  expect(readSettings(["--empty", "--days", "3"], { PORT: "9000", SITE_PORT: "9002" })).toMatchObject({
    ...{ empty: true, days: 3, port: 9000, dashboardPort: 8788, sitePort: 9002 },
  });
  expect(readSettings([], {})).toMatchObject({ empty: false, port: 8787, sitePort: null });
  expect(messageOf(["--bogus"])).toBe(`Unknown option '--bogus'\n\n${USAGE}`);
  expect(messageOf(["demo"])).toContain("Unexpected argument 'demo'");
  expect(messageOf(["--days", "0"])).toMatch(/^--days must be a number from 1 to \d+\.$/);
  expect(messageOf([], { DASHBOARD_PORT: "x" })).toBe("DASHBOARD_PORT must be a port, not x");
});
