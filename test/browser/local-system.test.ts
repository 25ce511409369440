// A running local system keeps every event that it has acknowledged, whatever is built in its checkout, and leaves no
// process behind.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiAt, bearer } from "../../scripts/api.ts";
import { buildTracker } from "../../scripts/build-tracker.ts";
import { ROOT } from "../../scripts/local/config.ts";
import { reservePort } from "../../scripts/local/port.ts";
import { canSeeProcesses, groupsOf, livingIn } from "./process-group.ts";
import { until } from "./system.ts";

interface Start {
  child: ChildProcess;
  state: string;
  said: () => string;
  exited: Promise<number | null>;
}

const starts: Start[] = [];

/** A start builds and bundles: half a minute, and minutes where the machine has other work. */
const START_LIMIT_MS = 300_000;

/** `npm start -- --empty` in a state folder, which is a new one if not given. */
async function npmStart(state?: string): Promise<Start> {
  const folder = state ?? (await mkdtemp(join(tmpdir(), "trackkit-local-")));
  const ports = { PORT: `${await reservePort()}`, DASHBOARD_PORT: `${await reservePort()}` };
  const env = { ...process.env, TRACKKIT_STATE: folder, ...ports };
  const child = spawn(process.execPath, ["scripts/start.ts", "--empty"], { cwd: ROOT, env });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      said += data;
    });
  const start = {
    child,
    state: folder,
    said: () => said,
    exited: new Promise<number | null>((resolve) => child.once("exit", resolve)),
  };
  starts.push(start);
  return start;
}

interface Card {
  worker: string;
  api_key: string;
  site_id: string | null;
}

/** Waits until the system is ready. */
async function ready({ state, said, exited }: Start): Promise<Card> {
  const file = join(state, "local.json");
  let code: number | null | undefined;
  void exited.then((ended) => {
    code = ended;
  });
  while (!existsSync(file)) {
    if (code !== undefined) throw new Error(`npm start ended (exit ${code}):\n${said()}`);
    await pause(100);
  }
  return JSON.parse(await readFile(file, "utf8")) as Card;
}

let first: Start;
let card: Card;
let siteId: string;

const api = () => apiAt(card.worker, bearer(card.api_key));

async function createProperty(): Promise<string> {
  const property = { name: "Shop", timezone: "UTC", streams: [{ url: "https://shop.example", name: "Web site" }] };
  return (await api().post<{ site_id: string }>("/api/v1/properties", property)).site_id;
}

beforeAll(async () => {
  first = await npmStart();
  card = await ready(first);
});

afterAll(async () => {
  await Promise.all(
    starts.map(({ child, exited }) => {
      child.kill("SIGTERM");
      return exited;
    }),
  );
  for (const { state } of starts) await rm(state, { recursive: true, force: true });
});

/** Sends one page view after another while the work goes on. Returns how many were acknowledged, and all else. */
async function sendDuring(work: Promise<unknown>): Promise<{ acknowledged: number; failures: string[] }> {
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  const failures: string[] = [];
  let acknowledged = 0;
  for (let n = 0; !isOver; n++) {
    const event = {
      site_id: siteId,
      event_type: "pageview",
      url: `https://shop.example/${n}`,
      ip: `192.0.2.${n % 250}`,
    };
    const response = await fetch(`${card.worker}/api/events`, {
      method: "POST",
      headers: { Authorization: `Bearer ${card.api_key}`, "Content-Type": "application/json" },
      signal: AbortSignal.timeout(10_000),
      body: JSON.stringify({ ...event, user_agent: "Mozilla/5.0 (X11; Linux x64) Firefox/141.0" }),
    }).catch((error: Error) => error);
    if (response instanceof Error) failures.push(response.message);
    else if (response.status !== 202) failures.push(`${response.status} ${await response.text()}`);
    else acknowledged += 1;
    await pause(20);
  }
  await done;
  return { acknowledged, failures };
}

async function count(metrics: string[], site_id: string): Promise<number[]> {
  const question = { site_id, metrics, date_range: "all" };
  const { results } = await api().post<{ results: { metrics: number[] }[] }>("/api/v2/query", question);
  return results[0]?.metrics ?? [];
}

const countedPageviews = async (): Promise<number> => (await count(["pageviews"], siteId))[0] ?? 0;

let second: Start;

test(
  "an empty start makes the owner and nothing else; what it acknowledged before Ctrl-C is there at the next start",
  async () => {
    expect(card.site_id).toBeNull();
    expect(await api().get("/api/v1/properties")).toEqual({ properties: [] });
    const site_id = await createProperty();
    const events = Array.from({ length: 400 }, (_, i) => ({
      site_id,
      event_type: "pageview",
      url: `https://shop.example/page-${i % 7}`,
      user_id: `user-${i % 50}`,
    }));
    expect(await api().post("/api/events", { events })).toMatchObject({ accepted: events.length });
    first.child.kill("SIGINT");
    expect(await first.exited).toBe(0);

    first = await npmStart(first.state);
    card = await ready(first);
    expect(await count(["pageviews", "visits"], site_id)).toEqual([400, 50]);
    siteId = await createProperty();
  },
  START_LIMIT_MS,
);

test(
  "every acknowledged event is counted while the checkout is built and a second system starts from it",
  async () => {
    second = await npmStart();
    const { acknowledged, failures } = await sendDuring(ready(second).then(() => buildTracker()));
    expect(failures).toEqual([]);
    expect(acknowledged).toBeGreaterThan(20);
    await until(countedPageviews, (counted) => counted >= acknowledged);
    expect(await countedPageviews()).toBe(acknowledged);
  },
  START_LIMIT_MS,
);

test("a second start on the state folder of a running system is refused and leaves that system alone", async () => {
  const rival = await npmStart(first.state);
  expect(await rival.exited).toBe(1);
  expect(rival.said()).toContain(`${first.state} is in use`);
  expect(await ready(first)).toEqual(card);
  expect((await fetch(`${card.worker}/health`)).status).toBe(200);
});

test.runIf(canSeeProcesses)("no process survives a hard kill, even without the state folder", async () => {
  const groups = await groupsOf(second.child.pid ?? 0);
  expect(groups).toHaveLength(2);
  expect((await livingIn(groups)).length).toBeGreaterThan(2);
  second.child.kill("SIGKILL");
  await second.exited;
  await rm(second.state, { recursive: true, force: true });
  await until(
    () => livingIn(groups),
    (left) => left.length === 0,
  );
});
