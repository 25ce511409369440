// The local system's own arithmetic: its configuration, and when its cron triggers are due.
import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { describe, expect, test } from "vitest";
import { toLocalConfig } from "../../../scripts/local/config";
import { isDue, schedulesOf } from "../../../scripts/start/cron";

const toml = readFileSync(new URL("../../../wrangler.toml", import.meta.url), "utf8");
const valuesOf = (text: string, key: string): string[] =>
  Array.from(text.matchAll(new RegExp(`^${key} = (.+)$`, "gm")), ([, value]) => value ?? "");

describe("the local configuration", () => {
  const local = toLocalConfig(toml);

  test("names files absolutely, because it lies elsewhere", () => {
    const paths = ["main", "directory", "migrations_dir"].flatMap((key) => valuesOf(local, key));
    expect(paths).toHaveLength(3);
    for (const path of paths) expect(isAbsolute(JSON.parse(path) as string)).toBe(true);
  });

  test("does not wait as long as the deployed one, so that the dashboard moves", () => {
    for (const seconds of valuesOf(local, "max_batch_timeout")) expect(Number(seconds)).toBeLessThanOrEqual(2);
    expect(valuesOf(local, "FLUSH_SECONDS")).toEqual(['"2"']);
    expect(valuesOf(local, "RESEND_SECONDS")).toEqual(['"10"']);
    expect(valuesOf(local, "CRON_PATIENCE_MINUTES")).toEqual(['"0"']);
  });

  test("keeps its own database when wrangler.toml names the account's", () => {
    const deployed = toml.replace(/^database_id = .*$/m, 'database_id = "5c0ffee5-0000-4000-8000-000000000000"');
    expect(toLocalConfig(deployed)).toBe(local);
  });

  test("is the deployed one in all else", () => {
    const changed =
      /^(?:database_id|main|directory|migrations_dir|local_dev|max_batch_timeout|FLUSH_SECONDS|RESEND_SECONDS|CRON_PATIENCE_MINUTES) = /;
    const rest = (text: string): string[] => text.split("\n").filter((line) => !changed.test(line));
    expect(rest(local)).toEqual(rest(toml));
  });

  test("is not made of a wrangler.toml that lacks what it must set", () => {
    expect(() => toLocalConfig(toml.replace(/^main = .*$/m, ""))).toThrow("wrangler.toml has no main");
  });
});

describe("a cron trigger", () => {
  test("is known from wrangler.toml", () => {
    expect(schedulesOf(toml)).toContain("*/5 * * * *");
    expect(schedulesOf('[triggers]\ncrons = ["*/5 * * * *", "0 3 * * 1"]')).toEqual(["*/5 * * * *", "0 3 * * 1"]);
    expect(schedulesOf("name = 'x'")).toEqual([]);
  });

  test("is due in the minutes that its five fields name", () => {
    const sunday = (hour: number, minute: number): Date => new Date(Date.UTC(2026, 10, 22, hour, minute));
    expect([0, 4, 5, 55, 59].map((minute) => isDue("*/5 * * * *", sunday(9, minute)))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(isDue("0 3 * * *", sunday(3, 0))).toBe(true);
    expect(isDue("0 3 * * *", sunday(4, 0))).toBe(false);
    expect(isDue("15,45 1-3 * * *", sunday(2, 45))).toBe(true);
    expect(isDue("15,45 1-3 * * *", sunday(4, 45))).toBe(false);
    expect(isDue("0 0 22 11 *", sunday(0, 0))).toBe(true);
    expect(isDue("0 0 * * 1", sunday(0, 0))).toBe(true);
    expect(isDue("0 0 * * 2", sunday(0, 0))).toBe(false);
    expect(isDue("10/20 * * * *", sunday(0, 30))).toBe(true);
    expect(isDue("10/20 * * * *", sunday(0, 20))).toBe(false);
  });
});
