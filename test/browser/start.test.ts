// `npm start`, as a person runs it: both addresses, an owner, a demo that is full and moves, and a clean end. A running
// system keeps every event that it has acknowledged, whatever is built in its checkout, and leaves no process behind.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiAt, bearer, signIn } from "../../scripts/api.ts";
import { buildTracker } from "../../scripts/build-tracker.ts";
import { ROOT } from "../../scripts/local/config.ts";
import { reservePort } from "../../scripts/local/port.ts";
import { canSeeProcesses, groupsOf, livingIn } from "./process-group.ts";
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

const apiOf = ({ worker, api_key }: Card): Api => apiAt(worker, bearer(api_key));

async function createProperty(card: Card): Promise<string> {
  const property = { name: "Shop", timezone: "UTC", streams: [{ url: "https://shop.example", name: "Web site" }] };
  return (await apiOf(card).post<{ site_id: string }>("/api/v1/properties", property)).site_id;
}

async function count(card: Card, metrics: string[], site_id: string): Promise<number[]> {
  const { results } = await ask<Answer>({ ...card, site_id }, { metrics, date_range: "all" });
  return results[0]?.metrics ?? [];
}

/** Sends one page view after another while the work goes on. Returns how many were acknowledged, and all else. */
async function sendDuring<T>(work: Promise<T>, { worker, api_key }: Card, site_id: string) {
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  const failures: string[] = [];
  let acknowledged = 0;
  for (let n = 0; !isOver; n++) {
    const event = { site_id, event_type: "pageview", url: `https://shop.example/${n}`, ip: `192.0.2.${n % 250}` };
    const response = await fetch(`${worker}/api/events`, {
      method: "POST",
      headers: { Authorization: `Bearer ${api_key}`, "Content-Type": "application/json" },
      // Slow is no failure: the machine may be busy with a build. Lost is.
      signal: AbortSignal.timeout(60_000),
      body: JSON.stringify({ ...event, user_agent: "Mozilla/5.0 (X11; Linux x64) Firefox/141.0" }),
    }).catch((error: Error) => error);
    if (response instanceof Error) failures.push(response.message);
    else if (response.status !== 202) failures.push(`${response.status} ${await response.text()}`);
    else acknowledged += 1;
    // As fast as the Worker answers, the events would take the processor from the work that they are sent during.
    await pause(100);
  }
  return { acknowledged, failures, result: await done };
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

  const history = async (): Promise<Pick<Answer, "results">> => {
    const { results } = await ask<Answer>(card, {
      metrics: ["visitors", "visits", "pageviews", "events"],
      date_range: over,
      dimensions: ["time:day"],
    });
    return { results };
  };

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
    for (const { metrics } of results) expect(metrics[0]).toBeGreaterThan(25);
  });

  test("says what the demo is, and closes its days for analysis at once, so that filters answer", async () => {
    expect(run.output()).toContain(`Demo       ${DAYS} days of simulated visits`);
    await until(
      async () => run.output(),
      (said) => said.includes("Demo complete"),
    );
    const { runs } = await apiOf(card).get<{ runs: { kind: string; status: string; report: { days: number } }[] }>(
      `/api/v1/properties/${card.site_id}/pipeline`,
    );
    const closed = runs.filter(({ kind, status }) => kind === "analysis" && status === "done");
    expect(closed[0]?.report.days).toBeGreaterThanOrEqual(DAYS);
    const { results } = await ask<Answer>(card, {
      metrics: ["visitors"],
      date_range: over,
      filters: [["is", "visit:device", ["Mobile"]]],
      dimensions: ["visit:country"],
    });
    expect(results.length).toBeGreaterThan(3);
  });

  test("has goals, some of them met, a segment, path groups and notes on its stories", async () => {
    const root = `/api/v1/properties/${card.site_id}`;
    const { goals } = await apiOf(card).get<{ goals: { name: string }[] }>(`${root}/goals`);
    const { results } = await ask<Answer>(card, {
      metrics: ["events"],
      date_range: "all",
      dimensions: ["event:goal"],
    });
    const names = goals.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["Sign up", "Purchase", "Visit /checkout/"]));
    // Three days may be without a purchase, but not without any goal.
    expect(results.length).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining(results.map(({ dimensions }) => dimensions[0])));
    const { segments } = await apiOf(card).get<{ segments: { name: string }[] }>(`${root}/segments`);
    expect(segments.map(({ name }) => name)).toContain("Mobile visitors from Germany");
    const { patterns } = await apiOf(card).get<{ patterns: object[] }>(`${root}/path-groups`);
    expect(patterns.length).toBeGreaterThan(3);
    const { annotations } = await apiOf(card).get<{ annotations: { text: string }[] }>(`${root}/annotations`);
    expect(annotations.map(({ text }) => text)).toContain("Launch of the Gravel");
  });

  test("serves the websites of its two properties, with their tags", async () => {
    const { properties } = await apiOf(card).get<{ properties: { site_id: string; streams: { url: string }[] }[] }>(
      "/api/v1/properties",
    );
    expect(properties).toHaveLength(2);
    for (const { site_id, streams } of properties) {
      const { host, port } = new URL(streams[0]!.url);
      // Node does not resolve names under localhost on every system.
      const page = async (path: string) => {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          get({ host: "127.0.0.1", port, path, headers: { Host: host } }, resolve).on("error", reject);
        });
        return { status: response.statusCode, html: (await response.toArray()).join("") };
      };
      const { status, html } = await page("/");
      expect(status).toBe(200);
      expect(html).toContain(`<script defer src="${card.worker}/tk.js" data-site-id="${site_id}"></script>`);
      expect(await page("/nope/")).toMatchObject({ status: 404 });
    }
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
    let siteId: string;
    /** A second system beside the first, and its folder. */
    let second: Run & { card: Card };
    let other: string;

    test("Ctrl-C ends everything, once what was acknowledged is counted", async () => {
      before = await history();
      siteId = await createProperty(card);
      const events = Array.from({ length: 400 }, (_, i) => ({
        site_id: siteId,
        event_type: "pageview",
        url: `https://shop.example/page-${i % 7}`,
        user_id: `user-${i % 50}`,
      }));
      expect(await apiOf(card).post("/api/events", { events })).toMatchObject({ accepted: events.length });
      expect(await stop(run)).toBe(0);
      expect(run.output()).not.toContain("The next start counts them");
      expect(await answers(`${card.worker}/health`)).toBe(false);
      expect(await answers(card.dashboard)).toBe(false);
      expect(existsSync(join(state, "local.json"))).toBe(false);
    });

    test("a second start has the same owner, property and numbers, and builds nothing again", async () => {
      const bundled = async () => (await stat(join(state, "worker/bundle/index.js"))).mtimeMs;
      const first = await bundled();
      run = await givenStart(state);
      expect(run.card).toEqual(card);
      expect(run.output()).not.toContain("Demo traffic");
      expect(await history()).toEqual(before);
      expect(await count(card, ["pageviews", "visits"], siteId)).toEqual([400, 50]);
      expect(await bundled()).toBe(first);
    });

    test("every acknowledged event is counted while the checkout is built and an empty system starts from it", async () => {
      const site = await createProperty(card);
      other = await givenFolder();
      const work = givenStart(other, "--empty").then(async (started) => {
        await buildTracker();
        return started;
      });
      const { acknowledged, failures, result } = await sendDuring(work, card, site);
      second = result;
      expect(failures).toEqual([]);
      expect(acknowledged).toBeGreaterThan(20);
      const counted = async () => (await count(card, ["pageviews"], site))[0] ?? 0;
      await until(counted, (seen) => seen >= acknowledged);
      expect(await counted()).toBe(acknowledged);
    });

    test("the empty system has an owner and nothing else", async () => {
      expect(second.card.site_id).toBeNull();
      expect(await apiOf(second.card).get("/api/v1/properties")).toEqual({ properties: [] });
    });

    test("a start on the state folder of a running system is refused and leaves that system alone", async () => {
      const rival = npmStart({
        TRACKKIT_STATE: state,
        PORT: `${await reservePort()}`,
        DASHBOARD_PORT: `${await reservePort()}`,
      });
      expect(await rival.exited).toBe(1);
      expect(rival.output()).toContain(`${state} is in use`);
      expect(JSON.parse(await readFile(join(state, "local.json"), "utf8"))).toEqual(card);
      expect(await answers(`${card.worker}/health`)).toBe(true);
    });

    test.runIf(canSeeProcesses)("no process survives a hard kill, even without the state folder", async () => {
      const groups = await groupsOf(second.child.pid ?? 0);
      expect(groups).toHaveLength(2);
      expect((await livingIn(groups)).length).toBeGreaterThan(2);
      second.child.kill("SIGKILL");
      await second.exited;
      // What is dying may still write a file into a folder that is being emptied.
      await rm(other, { recursive: true, force: true, maxRetries: 20 });
      await until(
        () => livingIn(groups),
        (left) => left.length === 0,
      );
    });

    test("a port that is taken is named", async () => {
      const port = await reservePort();
      const server = createServer().listen(port, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const rival = npmStart({
        TRACKKIT_STATE: await givenFolder(),
        PORT: `${port}`,
        DASHBOARD_PORT: `${await reservePort()}`,
      });
      expect(await rival.exited).toBe(1);
      expect(rival.output()).toContain(`Port ${port} is taken`);
      await new Promise((resolve) => server.close(resolve));
    });
  });
});
