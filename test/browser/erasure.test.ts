// An erasure that is done has left nothing: the whole system runs on a state folder, erases a user, is stopped, and no file
// of the folder has a byte of them, not even SQLite's free pages.
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type Api, apiAt, bearer } from "../../scripts/api.ts";
import { untilCounted } from "../../scripts/local/counted.ts";
import { reservePort } from "../../scripts/local/port.ts";
import { type LocalSystem, startLocalSystem } from "../../scripts/local/system.ts";
import { ensureAccount } from "../../scripts/start/account.ts";
import { textColumnsOf } from "../../workers/domain/lake/table-parquet.ts";
import type { RunDetails } from "../../workers/domain/runs/run.ts";
import { personOfUser } from "../../workers/storage/visitors/person.ts";
import { until } from "./system.ts";

const DAY = 86_400_000;
const VICTIM = {
  user: "erase-me-USERID-7351",
  trait: "victim-TRAIT-7351@example.com",
  browser: "victim-BROWSER-7351",
  address: "198.51.100.77",
};
const OTHER = { user: "keep-me-USERID-4242", trait: "other-TRAIT-4242@example.com", address: "203.0.113.42" };
const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";

/** As collect stores the id of a browser. */
const storedId = (siteId: string): string =>
  `s_${createHash("sha256").update(`${siteId}\nstored\n${VICTIM.browser}`).digest("base64url").slice(0, 16)}`;

let folder: string;
let system: LocalSystem;
let api: Api;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trackkit-erasure-"));
  await cp(inject("preparedState"), folder, { recursive: true });
  const ports = { port: await reservePort(), dashboardPort: await reservePort() };
  system = await startLocalSystem({ state: folder, ...ports });
  const { api_key } = await ensureAccount(system, folder);
  api = apiAt(system.worker, bearer(api_key));
});
afterEach(async () => {
  await system?.close();
  await rm(folder, { recursive: true, force: true });
});

async function filesIn(path: string): Promise<string[]> {
  const all = await readdir(path, { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Files that have one of the texts: as bytes, or in a column of a Parquet file, whose pages are compressed. */
async function filesWith(texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of await filesIn(folder)) {
    const bytes = await readFile(file);
    const said = texts.filter((text) => bytes.includes(text));
    if (bytes.subarray(0, 4).toString() === "PAR1") {
      const body = new Uint8Array(bytes).buffer;
      for await (const column of textColumnsOf(body))
        said.push(...texts.filter((text) => column.some((value) => typeof value === "string" && value.includes(text))));
    }
    if (said.length > 0) found.push(`${file.slice(folder.length)}: ${[...new Set(said)].join(", ")}`);
  }
  return found;
}

/** Folds what SQLite has logged into its files, as it does itself when a database is opened and closed. */
async function foldLogs(): Promise<void> {
  for (const file of (await filesIn(folder)).filter((name) => name.endsWith(".sqlite"))) {
    const database = new DatabaseSync(file);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
  }
}

/** Rows of D1 and of hubs that have one of the texts. */
async function rowsWith(texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of (await filesIn(folder)).filter((name) => name.endsWith(".sqlite"))) {
    const database = new DatabaseSync(file, { readOnly: true });
    for (const { name } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()) {
      const rows = database.prepare(`SELECT * FROM "${String(name)}"`);
      rows.setReadBigInts(true);
      for (const row of rows.all().map((one) => Object.values(one).join(" ")))
        if (texts.some((text) => row.includes(text))) found.push(`${String(name)}: ${row.slice(0, 200)}`);
    }
    database.close();
  }
  return found;
}

const beaconOf = (siteId: string, who: { browser?: string; user?: string; address: string }, hits: object[]) =>
  fetch(`${system.worker}/e`, {
    method: "POST",
    headers: { "Content-Type": "text/plain", "User-Agent": AGENT, "CF-Connecting-IP": who.address },
    body: JSON.stringify({ s: siteId, v: who.browser, c: who.user, h: hits }),
  });

async function ended(siteId: string, run: string): Promise<RunDetails> {
  return until(
    () => api.get<RunDetails>(`/api/v1/properties/${siteId}/pipeline/runs/${run}`),
    ({ status }) => status !== "running",
  );
}

async function processed(siteId: string): Promise<void> {
  expect(await untilCounted(system.worker, 60_000, { siteId })).toBe(0);
  await until(async () => {
    await api.post(`/api/v1/properties/${siteId}/pipeline/run`, {}).catch(() => undefined);
    const { datasets } = await api.get<{ datasets: { waiting_files: number }[] }>(
      `/api/v1/properties/${siteId}/pipeline`,
    );
    return datasets.every(({ waiting_files }) => waiting_files === 0);
  });
}

test("no byte of a user is in the state folder once their erasure is done", async () => {
  const { site_id } = await api.post<{ site_id: string }>("/api/v1/properties", {
    name: "Shop",
    timezone: "UTC",
    privacy: { address: "full", storage: "local" },
    streams: [{ url: "https://shop.example", name: "Shop" }],
  });
  const url = "https://shop.example/account";
  const eventOf = (who: { user: string; trait: string; address: string }, n: number, days: number) => ({
    site_id,
    event_type: n % 2 === 0 ? "identify" : "Order",
    event_id: `${who.user.slice(0, 4)}-${days}-${n}`,
    user_id: who.user,
    ip: who.address,
    user_agent: AGENT,
    url,
    event_time: new Date(Date.now() - days * DAY).toISOString(),
    props: { email: who.trait },
  });
  const send = (events: object[]) => api.post("/api/events", { events });
  // Servers, pages with a stored id, and an import of history: three ways in, and two hubs.
  for (const days of [0, 1]) await send([VICTIM, OTHER].flatMap((who) => [0, 1, 2].map((n) => eventOf(who, n, days))));
  for (const user of [undefined, VICTIM.user, undefined])
    expect(
      (
        await beaconOf(site_id, { ...VICTIM, user }, [
          { n: "pageview", i: crypto.randomUUID(), u: url },
          { n: "Opened", i: crypto.randomUUID(), u: url, p: { email: VICTIM.trait } },
        ])
      ).status,
    ).toBe(202);
  await beaconOf(site_id, OTHER, [{ n: "pageview", i: "page-of-the-other", u: url }]);
  const lines = [VICTIM, OTHER].map((who) =>
    JSON.stringify({ ...eventOf(who, 1, 20), event_id: `import-${who.user}` }),
  );
  await api.post(`/api/v1/properties/${site_id}/imports`, lines.join("\n"));
  await processed(site_id);
  for (const days of [0, 1, 20]) {
    const day = new Date(Date.now() - days * DAY).toISOString().slice(0, 10);
    const { run_id } = await api.post<{ run_id: string }>(`/api/v1/properties/${site_id}/pipeline/rebuild`, {
      from: day,
      to: day,
      dataset: "analysis",
    });
    expect((await ended(site_id, run_id)).status).toBe("done");
  }
  const texts = [...Object.values(VICTIM), personOfUser(site_id, VICTIM.user), storedId(site_id)];
  // Else nothing would be found afterwards either.
  expect((await filesWith(texts)).length).toBeGreaterThan(3);
  const { run_id } = await api.post<{ run_id: string }>(`/api/v1/properties/${site_id}/erasures`, {
    user_id: VICTIM.user,
  });
  const instance = `${system.worker}/cdn-cgi/local/explorer/api/workflows/trackkit-maintenance/instances/${run_id}`;
  let isOver = false;
  const done = ended(site_id, run_id).finally(() => {
    isOver = true;
  });
  // Half an hour is a moment here: whatever the erasure waits for, comes.
  await until(async () => {
    if (isOver) return true;
    await fetch(`${instance}/events/never`, {
      method: "POST",
      body: "{}",
      headers: { "Content-Type": "application/json" },
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return isOver;
  });
  const run = await done;
  expect(run.error).toBeNull();
  expect(run.report).toMatchObject({ hubs_too_large_to_overwrite: 0 });
  expect(run.report?.rows_removed).toBeGreaterThan(8);
  await system.close();
  await foldLogs();
  // D1 keeps the bytes of a deleted row until it uses the space again, and nobody can make it. It never has more of a user
  // than the values of counted props: that no row has one is what can be had.
  const found = await filesWith(texts);
  expect(found.filter((one) => !one.startsWith("/data/v3/d1/"))).toEqual([]);
  expect(found.join().replaceAll(VICTIM.trait, "")).not.toMatch(/7351|198\.51\.100\.77|[us]_/);
  expect(await rowsWith(texts)).toEqual([]);
  expect((await rowsWith([OTHER.trait])).length).toBeGreaterThan(0);
  // What others did is still there.
  expect((await filesWith([OTHER.user, OTHER.trait])).length).toBeGreaterThan(0);
});
