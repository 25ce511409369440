// `npm start`: a whole TrackKit on this machine, with an owner, and a demo to look at.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { ROOT } from "./local/config.ts";
import { type LocalSystem, startLocalSystem } from "./local/system.ts";
import { stateFolder } from "./simulate/options.ts";
import { ensureAccount, ownerApi, writeAccount } from "./start/account.ts";
import { fireCrons, schedulesOf } from "./start/cron.ts";
import { createDemo, loadHistory, trickle } from "./start/demo.ts";

interface Settings {
  state: string;
  port: number;
  dashboardPort: number;
  empty: boolean;
}

function portFrom(setting: string, standard: number): number {
  const port = Number(process.env[setting] || standard);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${setting} must be a port, not ${process.env[setting]}`);
}

function readSettings(): Settings {
  const { values } = parseArgs({ options: { empty: { type: "boolean", default: false } } });
  return {
    state: resolve(stateFolder()),
    port: portFrom("PORT", 8787),
    dashboardPort: portFrom("DASHBOARD_PORT", 8788),
    empty: values.empty,
  };
}

/** What other programs read to find the system. It is there while the system is ready, and only then. */
const cardIn = (state: string): string => join(state, "local.json");

function announce(state: string, card: Record<string, string | null>): void {
  const draft = `${cardIn(state)}.new`;
  writeFileSync(draft, `${JSON.stringify(card, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, cardIn(state));
  console.log(`
  Dashboard  ${card.dashboard}
  Worker     ${card.worker}
  E-mail     ${card.email}
  Password   ${card.password}
  API key    ${card.api_key}
  Property   ${card.site_id ?? "none yet: create one in the dashboard"}

Ready. Ctrl-C stops everything.`);
}

/** Owner, demo, card. Returns the property on which the trickle goes on. */
async function furnish(system: LocalSystem, { state, empty }: Settings) {
  const account = await ensureAccount(system, state);
  const api = ownerApi(system, account);
  let demo = account.demo;
  if (!demo && !empty) {
    demo = await createDemo(api);
    writeAccount(state, { ...account, demo });
  }
  if (demo && !demo.loaded) {
    const made = demo;
    await loadHistory(api, made, (sent) => writeAccount(state, { ...account, demo: { ...made, sent } }));
    demo = { ...made, loaded: true };
    writeAccount(state, { ...account, demo });
  }
  const { worker, dashboard } = system;
  const { email, password, api_key } = account;
  announce(state, { worker, dashboard, email, password, api_key, site_id: demo?.site_id ?? null });
  return empty || !demo ? null : { api, demo };
}

async function start(settings: Settings): Promise<void> {
  const { state } = settings;
  mkdirSync(state, { recursive: true });
  rmSync(cardIn(state), { force: true });
  const stop = new AbortController();
  const stopped = new Promise<null>((done) => stop.signal.addEventListener("abort", () => done(null)));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());

  console.log("Building tracker and dashboard …");
  await build();
  console.log("Starting Worker and dashboard …");
  const system = await startLocalSystem({ ...settings, signal: stop.signal });
  try {
    fireCrons(system.worker, schedulesOf(readFileSync(join(ROOT, "wrangler.toml"), "utf8")), stop.signal);
    const life = furnish(system, settings).then((site) => (site ? trickle(site.api, site.demo, stop.signal) : stopped));
    const death = await Promise.race([stopped, system.died, life.then(() => stopped)]);
    if (death) throw death;
    console.log("\nStopping …");
  } finally {
    stop.abort();
    rmSync(cardIn(state), { force: true });
    await system.close();
  }
}

try {
  await start(readSettings());
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
// Requests in flight must not hold the terminal once everything else has stopped.
process.exit();
