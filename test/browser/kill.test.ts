// Hard kills of a local system with wrangler's own queue, which lives in memory: what the queue forgets, the hub sends
// again. Every event is in the lake once and counted once.
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { bundle, serveSite, start } from "../../scripts/bench/runtime.ts";
import { reservePort } from "../../scripts/local/port.ts";
import { fromParquet } from "../../workers/domain/lake/parquet.ts";
import { until } from "./system.ts";

const KILLS = 16;
const SENDERS = 4;
/** A life lasts so long (ms) after the Worker answers: the queue holds a message for a second. */
const LIFE_MS = [400, 1_600] as const;

const folder = mkdtempSync(join(tmpdir(), "trackkit-kill-"));
const groups = new Set<number>();
afterAll(() => {
  for (const group of groups) process.kill(-group, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

interface Life {
  /** Kills the process and workerd, and resolves when they are gone. */
  kill(): Promise<void>;
}

async function givenLife(args: string[], port: number, log: number): Promise<Life> {
  const program = join(import.meta.dirname, "killed-system.ts");
  const child = spawn(process.execPath, ["--no-warnings", program, ...args], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  const group = child.pid!;
  groups.add(group);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await until(
    () => fetch(`http://127.0.0.1:${port}/health`).then(({ ok }) => ok, () => child.exitCode !== null),
    (isUp) => isUp,
  );
  if (child.exitCode !== null) throw new Error(`system ended (exit ${child.exitCode})`);
  return {
    async kill() {
      process.kill(-group, "SIGKILL");
      groups.delete(group);
      await exited;
    },
  };
}

/** Sends page views, each until it is acknowledged, as long as it may. @returns their ids. */
async function sendUntil(isOver: () => boolean, url: string, siteId: string, sender: number): Promise<string[]> {
  const sent: string[] = [];
  for (let n = 0; !isOver(); n += 1) {
    const hit = { n: "pageview", i: `${sender}-${n}`, u: `https://www.example.com/${n % 20}` };
    const init = {
      method: "POST",
      headers: {
        "Content-Type": "text/plain",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
        "CF-Connecting-IP": `192.0.2.${(sender * 50 + n) % 250}`,
      },
      body: JSON.stringify({ s: siteId, h: [hit] }),
    };
    const isTaken = () => fetch(`${url}/e`, init).then(({ status }) => status === 202, () => false);
    while (!(await isTaken())) await pause(50);
    sent.push(hit.i);
    await pause(20);
  }
  return sent;
}

test(`${KILLS} hard kills lose no acknowledged event and count none twice`, async () => {
  const script = await bundle("workers/index.ts", folder);
  const state = join(folder, "state");
  const config = join(folder, "kill.toml");
  // Shorter waits, so that a life of a second sends, loses and sends again.
  const toml = readFileSync(join(folder, "workers-index-ts.toml"), "utf8");
  writeFileSync(config, toml.replace(/^FLUSH_SECONDS = .*/m, 'FLUSH_SECONDS = "0.3"').replace(/^RESEND_SECONDS = .*/m, 'RESEND_SECONDS = "1"'));
  const site = await serveSite({ script, state, config });
  const { siteId } = site;
  await site.close();

  const port = await reservePort();
  const url = `http://127.0.0.1:${port}`;
  const log = openSync(join(folder, "log"), "a");
  let isOver = false;
  const sending = Promise.all(Array.from({ length: SENDERS }, (_, n) => sendUntil(() => isOver, url, siteId, n)));
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const life = await givenLife([script, state, config, `${port}`], port, log);
    await pause(LIFE_MS[0] + Math.random() * (LIFE_MS[1] - LIFE_MS[0]));
    if (kill === KILLS) {
      isOver = true;
      await sending;
    }
    await life.kill();
  }
  closeSync(log);
  const sent = (await sending).flat();

  // Nobody sends any more: the hub's own alarm brings back what the queue has forgotten.
  const { server, database, lake } = await start({ script, state, config });
  try {
    const counted = async () =>
      (await database.prepare("SELECT sum(pageviews) AS n FROM rollup_hours WHERE site_id = ?").bind(siteId).first("n")) as number;
    await until(counted, (views) => views >= sent.length);
    const rows: string[] = [];
    for (const { key } of (await lake.list({ prefix: `raw/site_id=${siteId}/` })).objects) {
      const events = await fromParquet(await (await lake.get(key))!.arrayBuffer());
      rows.push(...events.filter(({ event_type }) => event_type === "pageview").map(({ event_id }) => event_id));
    }
    expect(rows.sort()).toEqual(sent.sort());
    expect(await counted()).toBe(sent.length);
  } finally {
    await server.close();
  }
  const again = readFileSync(join(folder, "log"), "utf8").match(/has no receipt and is sent again/g)?.length ?? 0;
  // Else the queue lost nothing, and the test has shown nothing.
  expect(again).toBeGreaterThan(0);
  console.log(`kills: ${KILLS}, ${sent.length} events acknowledged, 0 lost, 0 doubled; ${again} messages sent again`);
});
