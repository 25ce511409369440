// `npm start`: a whole TrackKit on this machine, with an owner, and a demo to look at.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { claimState } from "./local/claim.ts";
import { type Built, ROOT } from "./local/config.ts";
import { sentSoFar, untilCounted } from "./local/counted.ts";
import { onOrphaned } from "./local/orphan.ts";
import { requireFree } from "./local/port.ts";
import { leashed } from "./local/process.ts";
import { copyBuildOf } from "./local/served.ts";
import { type LocalSystem, startLocalSystem } from "./local/system.ts";
import { HISTORY_DAYS } from "./simulate/course.ts";
import { FIRST_DAYS } from "./simulate/history.ts";
import { type DemoState, ensureAccount, ownerApi, writeAccount } from "./start/account.ts";
import { fireCrons, schedulesOf } from "./start/cron.ts";
import { createDemo, discardDemo, type LoadOptions, loadNewest, loadRest, trickle } from "./start/demo.ts";
import { keepMail, mailFolder } from "./start/mail.ts";
import { readSettings, type Settings, USAGE } from "./start/settings.ts";
import { chooseSitePort, serveWebsites, withFreePort } from "./start/website.ts";

/**
 * Copies the checkout's build, or builds where it is missing or old: in a process of its own, so that the bundler's memory
 * is given back. @throws Error when the build fails.
 */
async function buildApart({ tracker, dashboard }: Built, sources: string): Promise<void> {
  if (await copyBuildOf(sources, { tracker, dashboard })) return;
  console.log("Building tracker and dashboard …");
  const args = [...leashed.flags, join(ROOT, "scripts/build.ts"), tracker, dashboard];
  const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...leashed.env } });
  const code = await new Promise((done) => child.once("exit", done));
  if (code !== 0) throw new Error("Build failed. What is wrong stands above.");
}

/** The local queue lives in memory: what is in it when wrangler ends is sent again after the next start. A stop waits this long for it. */
const SETTLE_MS = 30_000;

/** What other programs read to find the system. It is there while the system is ready, and only then. */
const cardIn = (state: string): string => join(state, "local.json");

function announce(state: string, card: Record<string, string | null>, about: readonly string[]): void {
  const draft = `${cardIn(state)}.new`;
  writeFileSync(draft, `${JSON.stringify(card, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, cardIn(state));
  console.log(`
  Dashboard  ${card.dashboard}
  Worker     ${card.worker}
  Email      ${card.email}
  Password   ${card.password}
  API key    ${card.api_key}
  Mail       ${mailFolder(state)}
  Property   ${card.site_id ?? "none yet: create one in the dashboard"}
${about.map((line) => `  ${line}\n`).join("")}
Ready. Ctrl-C stops everything.`);
}

/** What the demo is, for the console. */
function aboutDemo({ days = 0, complete }: DemoState, websites: readonly string[]): string[] {
  const period = days === HISTORY_DAYS ? "14 months" : `${days} days`;
  const shown = websites.length > 0 ? [`Websites   ${websites.join(" and ")}, with the tag`] : [];
  const rest =
    complete || days <= FIRST_DAYS
      ? "all of it is loaded"
      : `the last ${FIRST_DAYS} days are loaded, older ones follow in the background, newest first`;
  return [...shown, `Demo       ${period} of simulated visits to an invented bicycle maker: ${rest}`];
}

/** Owner, demo, card. Returns the demo on which the trickle goes on. */
async function furnish(system: LocalSystem, settings: Settings, { counted, signal }: LoadOptions) {
  const { state, empty, days, sitePort, dashboardPort } = settings;
  const account = await ensureAccount(system, state);
  const api = ownerApi(system, account);
  const keep = (demo: DemoState): DemoState => {
    writeAccount(state, { ...account, demo });
    return demo;
  };
  let demo = account.demo;
  if (demo && !demo.loaded) {
    await discardDemo(api, demo);
    demo = null;
  }
  let websites: string[] = [];
  if (!empty) {
    if (demo) demo = keep(await withFreePort(api, demo, sitePort, dashboardPort));
    else {
      const port = await chooseSitePort(sitePort, dashboardPort);
      demo = keep(await createDemo(api, { owner: account.email, days, sitePort: port }));
      demo = keep(await loadNewest(api, demo, { counted, signal }));
    }
    websites = await serveWebsites(demo, system.worker, signal);
  }
  const { worker, dashboard } = system;
  const { email, password, api_key } = account;
  const card = { worker, dashboard, email, password, api_key, site_id: demo?.site_id ?? null };
  announce(state, card, demo && !empty ? aboutDemo(demo, websites) : []);
  return empty || !demo ? null : { api, demo, keep };
}

/** The history's older days, while people come already. */
async function complete({ api, demo, keep }: NonNullable<Awaited<ReturnType<typeof furnish>>>, options: LoadOptions) {
  if (demo.complete || demo.days === undefined) return;
  const began = performance.now();
  const { events = 0, days } = await loadRest(api, demo, options, keep);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`Demo complete, ${seconds} s after it was ready: ${events} events of ${days} days.`);
}

/** One Ctrl-C may arrive twice: from the terminal, and from an npm that passes it on. Ms within which both are one. */
const SAME_SIGNAL_MS = 500;
let lastSignal = Number.NEGATIVE_INFINITY;
/** When nothing waits for a signal any more, the next one ends the process. */
const leave = (): void => process.exit(1);
let onSignal = leave;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(name, () => {
    const now = performance.now();
    if (now - lastSignal < SAME_SIGNAL_MS) return;
    lastSignal = now;
    const act = onSignal;
    onSignal = leave;
    act();
  });

/** Resolves at the next Ctrl-C, or when somebody ends the process. */
const signalled = (): Promise<void> =>
  new Promise((done) => {
    onSignal = done;
  });

async function start(settings: Settings): Promise<void> {
  const { state } = settings;
  mkdirSync(state, { recursive: true });
  const stop = new AbortController();
  const stopped = new Promise<null>((done) => stop.signal.addEventListener("abort", () => done(null)));
  void signalled().then(() => stop.abort());
  // npm puts a shell between itself and this, which passes no signal on: who ends npm means us too.
  if (process.env.npm_lifecycle_event) onOrphaned(() => stop.abort()).unref();

  await requireFree(settings.port, "PORT");
  await requireFree(settings.dashboardPort, "DASHBOARD_PORT");
  await claimState(state);
  // A start that was killed has left its own.
  rmSync(cardIn(state), { force: true });
  console.log("Starting Worker and dashboard …");
  const system = await startLocalSystem({ ...settings, build: buildApart, signal: stop.signal });
  try {
    const since = await sentSoFar(system.worker);
    const counted = (limitMs: number) => untilCounted(system.worker, limitMs, { since });
    keepMail(state, stop.signal);
    let traffic: Promise<unknown> = Promise.resolve();
    const options = { counted, signal: stop.signal };
    // Crons begin when the history is there: anomalies would else be judged by a part of it.
    const startCrons = () =>
      fireCrons(system.worker, schedulesOf(readFileSync(join(ROOT, "wrangler.toml"), "utf8")), stop.signal);
    const life = furnish(system, settings, options).then((site) => {
      if (!site) return startCrons();
      const history = complete(site, options).catch((error: Error) => {
        if (!stop.signal.aborted)
          console.warn(`Demo history is not complete: ${error.message} The next start goes on.`);
      });
      traffic = Promise.all([trickle(site.api, site.demo, stop.signal), history.then(startCrons)]);
      return traffic;
    });
    const death = await Promise.race([stopped, system.died, life.then(() => stopped)]);
    if (death) throw death;
    console.log("\nStopping, once the last events are counted … (Ctrl-C again: at once)");
    // A request of the trickle may still be on its way.
    const settled = traffic.then(() => counted(SETTLE_MS));
    const left = await Promise.race([settled, system.died, signalled()]);
    if (typeof left === "number" && left > 0)
      console.warn(`Some events are not counted after ${SETTLE_MS / 1000} seconds. The next start counts them.`);
  } finally {
    stop.abort();
    rmSync(cardIn(state), { force: true });
    await system.close();
  }
}

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings) await start(settings);
  else console.log(USAGE);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
// Requests in flight must not hold the terminal once everything else has stopped.
process.exit();
