// `npm start`, as a person runs it: both addresses, an owner, a demo that is full and moves, and a clean end.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiAt, bearer, signIn } from "../../scripts/api.ts";
import { ROOT } from "../../scripts/local/config.ts";
import { freePort } from "../../scripts/local/port.ts";
import { until } from "./system.ts";

interface Card {
  worker: string;
  dashboard: string;
  email: string;
  password: string;
  api_key: string;
  site_id: string | null;
}

interface Answer {
  results: { dimensions: string[]; metrics: number[] }[];
}

interface Run {
  child: ChildProcess;
  output: () => string;
  exited: Promise<number | null>;
}

function npmStart(env: Record<string, string>, ...flags: string[]): Run {
  let said = "";
  const child = spawn(process.execPath, ["scripts/start.ts", ...flags], { cwd: ROOT, env: { ...process.env, ...env } });
  child.stdout.on("data", (data) => {
    said += data;
  });
  child.stderr.on("data", (data) => {
    said += data;
  });
  return { child, output: () => said, exited: new Promise((resolve) => child.once("exit", resolve)) };
}

/** Waits for the card; a start that ends before it fails with what it said. */
async function cardOf(run: Run, state: string): Promise<Card> {
  const file = join(state, "local.json");
  const died = run.exited.then((code) => {
    throw new Error(`npm start ended (exit ${code}):\n${run.output()}`);
  });
  const written = (async () => {
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 200));
    return JSON.parse(await readFile(file, "utf8")) as Card;
  })();
  return Promise.race([written, died]);
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );

let state: string;
let env: Record<string, string>;
let run: Run;
let card: Card;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "trackkit-start-"));
  env = { TRACKKIT_STATE: state, PORT: `${await freePort()}`, DASHBOARD_PORT: `${await freePort()}` };
  run = npmStart(env);
  card = await cardOf(run, state);
});

afterAll(async () => {
  run?.child.kill("SIGINT");
  await run?.exited;
  await rm(state, { recursive: true, force: true });
});

async function ask<T>(body: object): Promise<T> {
  return apiAt(card.worker, bearer(card.api_key)).post<T>("/api/v2/query", { site_id: card.site_id, ...body });
}

const everything = (): Promise<Answer> =>
  ask({ metrics: ["visitors", "visits", "pageviews", "events"], date_range: "30d" });

describe("the first start", () => {
  test("prints and writes down where everything is, and who the owner is", async () => {
    expect(card.worker).toBe(`http://127.0.0.1:${env.PORT}`);
    expect(card.dashboard).toBe(`http://127.0.0.1:${env.DASHBOARD_PORT}`);
    for (const value of Object.values(card)) expect(run.output()).toContain(value);
    expect(await answers(`${card.worker}/health`)).toBe(true);
    expect(await answers(card.dashboard)).toBe(true);
  });

  test("keeps passwords and keys from other people of this machine", async () => {
    for (const name of ["local.json", "account.json", "worker/.dev.vars"])
      expect((await stat(join(state, name))).mode & 0o077).toBe(0);
  });

  test("lets the owner sign in through the dashboard", async () => {
    const session = await signIn(card.dashboard, card.email, card.password);
    const { user } = await apiAt(card.dashboard, session).get<{ user: { email: string } }>("/api/v1/me");
    expect(user.email).toBe(card.email);
  });

  test("has thirty days of visitors", async () => {
    const days = await until(
      () => ask<Answer>({ metrics: ["visitors"], date_range: "30d", dimensions: ["time:day"] }),
      ({ results }) => results.length === 30 && results.every(({ metrics: [visitors = 0] }) => visitors > 50),
    );
    expect(days.results).toHaveLength(30);
  });

  test("has people on the site now", async () => {
    const live = await apiAt(card.worker, bearer(card.api_key)).get<{ pageviews_30m: number }>(
      `/api/v1/properties/${card.site_id}/live`,
    );
    expect(live.pageviews_30m).toBeGreaterThan(0);
  });
});

describe("afterwards", () => {
  let before: Answer;

  test("Ctrl-C ends everything", async () => {
    before = await everything();
    run.child.kill("SIGINT");
    expect(await run.exited).toBe(0);
    expect(await answers(`${card.worker}/health`)).toBe(false);
    expect(await answers(card.dashboard)).toBe(false);
    expect(existsSync(join(state, "local.json"))).toBe(false);
  });

  test("a second start has the same owner, property and numbers", async () => {
    run = npmStart(env);
    expect(await cardOf(run, state)).toEqual(card);
    expect(run.output()).not.toContain("Demo traffic");
    expect(await everything()).toEqual(before);
    run.child.kill("SIGINT");
    expect(await run.exited).toBe(0);
  });

  test("a port that is taken is told by its name", async () => {
    const server = createServer().listen(Number(env.PORT), "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const second = npmStart(env);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(`Port ${env.PORT} is taken`);
    await new Promise((resolve) => server.close(resolve));
  });
});

test("an empty start makes the owner and nothing else", async () => {
  const empty = await mkdtemp(join(tmpdir(), "trackkit-start-"));
  const settings = { TRACKKIT_STATE: empty, PORT: `${await freePort()}`, DASHBOARD_PORT: `${await freePort()}` };
  const start = npmStart(settings, "--empty");
  try {
    const made = await cardOf(start, empty);
    expect(made.site_id).toBeNull();
    const { properties } = await apiAt(made.worker, bearer(made.api_key)).get<{ properties: object[] }>(
      "/api/v1/properties",
    );
    expect(properties).toEqual([]);
  } finally {
    start.child.kill("SIGINT");
    await start.exited;
    await rm(empty, { recursive: true, force: true });
  }
});
