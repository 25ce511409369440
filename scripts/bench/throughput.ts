// Throughput of collect, compared with a minimal Worker: one call to a Durable Object and 204.
import { join } from "node:path";
import { beacons } from "./beacons.ts";
import { loadClosed, median, percentile } from "./load.ts";
import { type Server, serve, serveSite } from "./runtime.ts";

export interface Throughput {
  /** Requests per second, medians of the rounds. */
  collect: number;
  baseline: number;
  ratio: number;
  /**
   * CPU of workerd per request (ms); null if the system does not report it. Less affected by other work of the
   * machine.
   */
  collectCpu: number | null;
  baselineCpu: number | null;
  /** Milliseconds until collect answers under this load. */
  p50: number;
  p95: number;
}

const CONNECTIONS = 96;
const ROUNDS = 5;
const ROUND_SECONDS = 2;
const WARM_UP_SECONDS = 3;
/** Requests prepared before a round; more than the machine answers in one. */
const PREPARED = 20_000;

function* take<T>(from: Iterator<T, never>, count: number): Generator<T> {
  for (let n = 0; n < count; n++) yield from.next().value;
}

async function round(server: Server, requests: Iterator<Buffer, never>, expected: number, seconds: number) {
  const prepared = [...take(requests, PREPARED)].values();
  const before = server.cpuUsed();
  const load = await loadClosed(server.port, prepared, { connections: CONNECTIONS, seconds });
  const after = server.cpuUsed();
  const other = Object.keys(load.statuses).filter((status) => Number(status) !== expected);
  if (other.length > 0) throw new Error(`expected only ${expected}, got ${JSON.stringify(load.statuses)}`);
  const cpu = before === null || after === null ? null : (after - before) / load.latencies.length;
  return { ...load, cpu };
}

type Round = Awaited<ReturnType<typeof round>>;

/** @param scripts the bundled Workers. */
export async function measureThroughput(
  scripts: { collect: string; baseline: string },
  folder: string,
): Promise<Throughput> {
  const site = await serveSite({ script: scripts.collect, state: join(folder, "throughput"), consumes: false });
  const empty = await serve({ script: scripts.baseline, state: join(folder, "baseline"), consumes: false });
  try {
    const requests = beacons({ siteId: site.siteId, hostname: site.hostname, seed: 1, hits: 1 });
    const rounds: { collect: Round; baseline: Round }[] = [];
    await round(site, requests, 202, WARM_UP_SECONDS);
    await round(empty, requests, 204, WARM_UP_SECONDS);
    // In turns, so that other work of the machine affects both.
    for (let n = 0; n < ROUNDS; n++)
      rounds.push({
        collect: await round(site, requests, 202, ROUND_SECONDS),
        baseline: await round(empty, requests, 204, ROUND_SECONDS),
      });
    const latencies = rounds.flatMap(({ collect }) => collect.latencies).sort((a, b) => a - b);
    const cpuOf = (which: "collect" | "baseline"): number | null => {
      const all = rounds.map((one) => one[which].cpu).filter((cpu) => cpu !== null);
      return all.length > 0 ? median(all) : null;
    };
    return {
      collect: median(rounds.map(({ collect }) => collect.rate)),
      baseline: median(rounds.map(({ baseline }) => baseline.rate)),
      ratio: median(rounds.map(({ collect, baseline }) => collect.rate / baseline.rate)),
      collectCpu: cpuOf("collect"),
      baselineCpu: cpuOf("baseline"),
      p50: percentile(latencies, 0.5),
      p95: percentile(latencies, 0.95),
    };
  } finally {
    await site.close();
    await empty.close();
  }
}
