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
import { reservePort } from "../../scripts/local/port.ts";
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

/** Runs `npm start` and waits for its card. The caller stops it; a test that fails before has it stopped all the same. */
async function givenStart(folder: string, ...flags: string[]): Promise<Run & { card: Card }> {
  const ports = { PORT: `${await portOf(folder, "worker")}`, DASHBOARD_PORT: `${await portOf(folder, "dashboard")}` };
  const run = npmStart({ TRACKKIT_STATE: folder, ...ports }, ...flags);
  running.add(run);
  void run.exited.then(() => running.delete(run));
  return { ...run, card: await cardOf(run, folder) };
}

async function stop({ child, exited }: Run): Promise<number | null> {
  child.kill("SIGINT");
  return exited;
}

/** A folder has the same ports at every start. */
const ports = new Map<string, Promise<number>>();
function portOf(folder: string, name: string): Promise<number> {
  const key = `${folder} ${name}`;
  if (!ports.has(key)) ports.set(key, reservePort());
  return ports.get(key)!;
}

const running = new Set<Run>();
const folders: string[] = [];
async function givenFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "trackkit-start-"));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  await Promise.all([...running].map(stop));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const ask = <T>({ worker, api_key, site_id }: Card, body: object): Promise<T> =>
  apiAt(worker, bearer(api_key)).post<T>("/api/v2/query", { site_id, ...body });

/** The path of the demo's days is the same for three as for thirty. */
const DAYS = 3;
const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

describe("a start with the demo", () => {
  let state: string;
  let run: Run & { card: Card };
  let card: Card;
  /** Days that are over. The last is left out: live traffic begins half an hour back, which may be yesterday. */
  let over: [string, string];

  const history = (): Promise<Answer> =>
    ask(card, {
      metrics: ["visitors", "visits", "pageviews", "events"],
      date_range: over,
      dimensions: ["time:day"],
    });

  beforeAll(async () => {
    state = await givenFolder();
    run = await givenStart(state, `--days=${DAYS}`);
    card = run.card;
    over = [daysAgo(DAYS), daysAgo(2)];
  });

  test("prints and writes down where everything is, and who the owner is", async () => {
    expect(card.worker).toBe(`http://127.0.0.1:${await portOf(state, "worker")}`);
    expect(card.dashboard).toBe(`http://127.0.0.1:${await portOf(state, "dashboard")}`);
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

  test("has visitors on every day of its history, as soon as it is ready", async () => {
    const { results } = await history();
    expect(results.map(({ dimensions }) => dimensions[0])).toEqual(over);
    for (const { metrics } of results) expect(metrics[0]).toBeGreaterThan(50);
  });

  test("has people on the site now", async () => {
    const live = () =>
      apiAt(card.worker, bearer(card.api_key)).get<{ pageviews_30m: number }>(
        `/api/v1/properties/${card.site_id}/live`,
      );
    await until(live, ({ pageviews_30m }) => pageviews_30m > 0);
  });

  describe("afterwards", () => {
    let before: Answer;

    test("Ctrl-C ends everything", async () => {
      before = await history();
      expect(await stop(run)).toBe(0);
      expect(run.output()).not.toContain("will be lost");
      expect(await answers(`${card.worker}/health`)).toBe(false);
      expect(await answers(card.dashboard)).toBe(false);
      expect(existsSync(join(state, "local.json"))).toBe(false);
    });

    test("a second start has the same owner, property and numbers", async () => {
      run = await givenStart(state);
      expect(run.card).toEqual(card);
      expect(run.output()).not.toContain("Demo traffic");
      expect(await history()).toEqual(before);
      expect(await stop(run)).toBe(0);
    });

    test("a port that is taken is named", async () => {
      const port = await portOf(state, "worker");
      const server = createServer().listen(port, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const second = npmStart({
        TRACKKIT_STATE: state,
        PORT: `${port}`,
        DASHBOARD_PORT: `${await portOf(state, "dashboard")}`,
      });
      running.add(second);
      expect(await second.exited).toBe(1);
      running.delete(second);
      expect(second.output()).toContain(`Port ${port} is taken`);
      await new Promise((resolve) => server.close(resolve));
    });
  });
});
