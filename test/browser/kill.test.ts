// Hard kills of a local system with wrangler's own queue, which lives in workerd's memory: what the queue forgets, the hub
// sends again. Every event is in the lake once and counted once.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { bundle, type Site, serveSite } from "../../scripts/bench/runtime.ts";
import { fromParquet } from "../../workers/domain/lake/parquet.ts";
import { canSeeProcesses } from "./process-group.ts";
import { until } from "./system.ts";

/** Two at a time: a system that starts again after a kill mostly waits. */
const SYSTEMS = 2;
const KILLS_EACH = 8;
const KILLS = SYSTEMS * KILLS_EACH;
const SENDERS = 3;
/** How long (ms) workerd lives once it answers. The queue holds a message for a second, so most kills find some in it. */
const LIFE_MS = [300, 1_500] as const;

const folder = mkdtempSync(join(tmpdir(), "trackkit-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

/**
 * The Worker, and wrangler.toml with the local system's queue and waits so short that a life of a second sends and sends
 * again.
 */
async function givenWorker(): Promise<{ script: string; config: string }> {
  const script = await bundle("workers/index.ts", folder);
  const local = readFileSync(join(folder, "workers-index-ts.toml"), "utf8");
  const config = join(folder, "kill.toml");
  const waits = { FLUSH_SECONDS: "0.3", RESEND_SECONDS: "1" };
  const toml = Object.entries(waits).reduce(
    (text, [name, seconds]) => text.replace(new RegExp(`^${name} = .*`, "m"), `${name} = "${seconds}"`),
    local,
  );
  writeFileSync(config, toml);
  return { script, config };
}

/** Sends page views, each until it is acknowledged. @returns their ids. */
async function sendUntil(isOver: () => boolean, { url, siteId }: Site, sender: number): Promise<string[]> {
  const sent: string[] = [];
  for (let n = 0; !isOver(); n += 1) {
    const hit = { n: "pageview", i: `${sender}-${n}`, u: `https://www.example.com/${n % 20}` };
    const request = {
      method: "POST",
      headers: {
        "Content-Type": "text/plain",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
        "CF-Connecting-IP": `192.0.2.${(sender * 80 + n) % 250}`,
      },
      body: JSON.stringify({ s: siteId, h: [hit] }),
    };
    const isTaken = () =>
      fetch(`${url}/e`, request).then(
        ({ status }) => status === 202,
        () => false,
      );
    while (!(await isTaken())) await pause(50);
    sent.push(hit.i);
    await pause(20);
  }
  return sent;
}

const isUp = ({ url }: Site): Promise<boolean> =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

async function viewsInLake({ stored, siteId }: Site): Promise<string[]> {
  const lake = await stored.lake();
  const ids: string[] = [];
  for (const { key } of (await lake.list({ prefix: `raw/site_id=${siteId}/`, limit: 1000 })).objects) {
    const events = await fromParquet(await (await lake.get(key))!.arrayBuffer());
    ids.push(...events.filter(({ event_type }) => event_type === "pageview").map(({ event_id }) => event_id));
  }
  return ids;
}

/** Kills a system while events come in. @returns how many events it acknowledged; each is in the lake and counted once. */
async function killAgainAndAgain(site: Site): Promise<number> {
  let isOver = false;
  const senders = Array.from({ length: SENDERS }, (_, n) => sendUntil(() => isOver, site, n));
  for (let kill = 1; kill <= KILLS_EACH; kill += 1) {
    await until(() => isUp(site));
    await pause(LIFE_MS[0] + Math.random() * (LIFE_MS[1] - LIFE_MS[0]));
    isOver = kill === KILLS_EACH;
    // The last kill finds events that nobody will follow up with others.
    if (isOver) await Promise.all(senders);
    site.kill();
  }
  const sent = (await Promise.all(senders)).flat();
  // Nobody sends any more: the hub's own alarm brings back what the queue has forgotten.
  await until(() => isUp(site));
  const database = await site.stored.database();
  const counted = () =>
    database
      .prepare("SELECT sum(pageviews) AS views FROM rollup_hours WHERE site_id = ?")
      .bind(site.siteId)
      .first<number>("views");
  await until(counted, (views) => views !== null && views >= sent.length);
  expect((await viewsInLake(site)).sort()).toEqual(sent.sort());
  expect(await counted()).toBe(sent.length);
  return sent.length;
}

test.runIf(canSeeProcesses)(`${KILLS} hard kills lose no acknowledged event and count none twice`, async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const worker = await givenWorker();
  const sites: Site[] = [];
  try {
    for (let n = 0; n < SYSTEMS; n += 1) sites.push(await serveSite({ ...worker, state: join(folder, `state-${n}`) }));
    const sent = (await Promise.all(sites.map(killAgainAndAgain))).reduce((a, b) => a + b);
    const again = said.mock.calls.filter((call) => call.join(" ").includes("is sent again")).length;
    // Else the queue had lost nothing.
    expect(again).toBeGreaterThan(0);
    console.log(`kills: ${KILLS}, ${sent} events acknowledged, 0 lost, 0 doubled; ${again} messages sent again`);
  } finally {
    await Promise.all(sites.map((site) => site.close()));
  }
});
