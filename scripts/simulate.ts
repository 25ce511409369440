// `npm run simulate`: traffic for a TrackKit, from simulated people or from an access log.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Api, apiAt, bearer } from "./api.ts";
import { SKIPS, type Skip, selectPages } from "./simulate/access-log.ts";
import { expectedVisits } from "./simulate/arrivals.ts";
import type { Simulation } from "./simulate/config.ts";
import { playLive } from "./simulate/live.ts";
import { type Request, readRequest, USAGE } from "./simulate/options.ts";
import { startProgress } from "./simulate/progress.ts";
import { rulesOf, streamHost } from "./simulate/property.ts";
import { importEvents, type Sent } from "./simulate/send.ts";
import { traffic } from "./simulate/traffic.ts";

/** Rejections printed one by one. More would only scroll by. */
const TOLD = 10;

function tell(sent: Sent): void {
  console.log(`Accepted ${sent.accepted} events.`);
  if (sent.duplicates > 0) console.log(`Not counted again: ${sent.duplicates} that were sent before.`);
  for (const [reason, count] of Object.entries(sent.refused)) console.log(`Refused ${count}: ${reason}.`);
  for (const { index, code, message } of sent.rejected.slice(0, TOLD))
    console.log(`Rejected event ${index}: ${message} (${code}).`);
  if (sent.rejected.length > TOLD) console.log(`Rejected ${sent.rejected.length - TOLD} more.`);
}

async function replayLog(api: Api, siteId: string, file: string, hostname: string): Promise<void> {
  const log = readFileSync(file);
  const id = `log-${createHash("sha256").update(log).digest("hex").slice(0, 16)}`;
  const { events, lines, skipped } = selectPages(log.toString("utf8"), hostname);
  for (const [skip, count] of Object.entries(skipped)) console.log(`Skipped ${count}: ${skip}. ${SKIPS[skip as Skip]}`);
  const progress = startProgress("Replay", events.length, "page views");
  const sent = await importEvents(api, events, { siteId, importId: id, onSent: progress.to });
  progress.done();
  // Show positions as line numbers of the log.
  for (const rejection of sent.rejected) rejection.index = lines[rejection.index] ?? rejection.index;
  console.log(`Sent ${events.length} page views as https://${hostname} (import ${id}).`);
  tell(sent);
}

async function sendHistory(api: Api, siteId: string, simulation: Simulation): Promise<void> {
  const end = Date.now();
  const start = end - simulation.duration;
  const events = [...traffic(simulation, { start, end }, await rulesOf(api, siteId))];
  const progress = startProgress("History", events.length, "events");
  const importId = `sim-${simulation.seed.toString(36)}-${start.toString(36)}`;
  const sent = await importEvents(api, events, { siteId, importId, onSent: progress.to });
  progress.done();
  tell(sent);
}

async function sendLive(api: Api, siteId: string, simulation: Simulation): Promise<void> {
  const start = Date.now();
  const end = start + simulation.duration;
  const seconds = Math.round(simulation.duration / 1_000);
  console.log(`About ${Math.round(expectedVisits(simulation, start, end))} visits in ${seconds} s. Ctrl-C ends it.`);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const progress = startProgress("Simulation", seconds, "s");
  const onTick = (now: number): void => progress.to(Math.min(seconds, Math.round((now - start) / 1_000)));
  const events = traffic(simulation, { start, end }, await rulesOf(api, siteId));
  const sent = await playLive(api, events, { siteId, signal: stop.signal, onTick });
  if (!stop.signal.aborted) progress.to(seconds);
  progress.done();
  tell(sent);
}

async function run({ target, simulation, history, log }: Request): Promise<void> {
  const api = apiAt(target.url, bearer(target.key));
  const hostname = (await streamHost(api, target.siteId)) ?? simulation.hostname;
  if (log !== null) return replayLog(api, target.siteId, log, hostname);
  return (history ? sendHistory : sendLive)(api, target.siteId, { ...simulation, hostname });
}

try {
  const request = readRequest(process.argv.slice(2));
  if (request) await run(request);
  else console.log(USAGE);
} catch (error) {
  const unreachable = error instanceof TypeError && error.message === "fetch failed";
  console.error(unreachable ? "TrackKit does not answer at that address." : (error as Error).message);
  process.exitCode = 1;
}
