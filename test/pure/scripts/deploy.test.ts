// A deployment makes what an account lacks, and nothing twice.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  lacksWorkerUrl,
  namesIn,
  nothingFound,
  secretsToMake,
  toDeploy,
  toMake,
  withDatabase,
  withWorkerUrl,
  workerUrlIn,
} from "../../../scripts/deploy/plan";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const toml = read("wrangler.toml");
const names = namesIn(toml, read("dashboard/wrangler.toml"));
const everything = {
  databaseId: "5c0ffee5-0000-4000-8000-000000000000",
  buckets: names.buckets,
  queues: names.queues,
  secrets: ["AUTH_SECRET", "SETUP_TOKEN"],
  pages: true,
};

test("an empty account gets the database, every bucket and queue of wrangler.toml, and the Pages project", () => {
  expect(
    toMake(names, nothingFound()).map(({ args }) => args.filter((arg) => !arg.startsWith("--")).join(" ")),
  ).toEqual([
    "d1 create trackkit",
    "r2 bucket create trackkit-lake",
    "queues create trackkit-events",
    "queues create trackkit-dead-letters",
    "pages project create trackkit-dashboard main",
  ]);
  expect(secretsToMake(nothingFound(), false)).toEqual(["AUTH_SECRET", "SETUP_TOKEN"]);
});

test("an account that has everything is left as it is", () => {
  expect(toMake(names, everything)).toEqual([]);
  expect(secretsToMake(everything, false)).toEqual([]);
});

test("a setup token that the owner has removed stays removed, until a new one is asked for", () => {
  const removed = { ...everything, secrets: ["AUTH_SECRET"] };
  expect(secretsToMake(removed, false)).toEqual([]);
  expect(secretsToMake(removed, true)).toEqual(["SETUP_TOKEN"]);
});

test("tables come before the code that asks for them, and the Worker before the dashboard that is bound to it", () => {
  const commands = toDeploy(names, null, "dashboard").map(({ args }) => args[0]);
  expect(commands).toEqual(["d1", "deploy", "pages"]);
});

test("only the database's id changes in wrangler.toml", () => {
  const changed = withDatabase(toml, everything.databaseId);
  expect(changed).toContain(`database_id = "${everything.databaseId}"`);
  expect(withDatabase(changed, "00000000-0000-0000-0000-000000000000")).toBe(toml);
});

test("the Worker's address is taken from what wrangler says of the deployment, unless the owner has set another", () => {
  const output = [
    { type: "wrangler-session", version: 1 },
    { type: "deploy", version: 1, targets: ["https://trackkit.someone.workers.dev", "schedule: */5 * * * *"] },
  ];
  const url = workerUrlIn(output.map((entry) => JSON.stringify(entry)).join("\n"));
  expect(url).toBe("https://trackkit.someone.workers.dev");
  expect(workerUrlIn("")).toBeNull();
  const changed = withWorkerUrl(toml, "https://stats.shop.example");
  expect([lacksWorkerUrl(toml), lacksWorkerUrl(changed)]).toEqual([true, false]);
  expect(withWorkerUrl(changed, "")).toBe(toml);
});
