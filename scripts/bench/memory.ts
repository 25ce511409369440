// Memory of a hub per recent visitor, measured in workerd. Other visitors are in SQLite (crowd.ts).
import { join } from "node:path";
import { openInspector } from "./cpu.ts";
import { DAY, eventsOf, visits } from "./events.ts";
import { serveSite } from "./runtime.ts";
import type { Occurrence } from "./tally.ts";

export interface HubMemory {
  bytesPerVisitor: number;
  visitors: number;
  eventsPerVisitor: number;
  /** The longest call (ms) at the end, including a checkpoint of all these visitors. */
  longestCall: number;
}

const CALLS = 60;
const EVENTS_PER_CALL = 500;
/** Calls before the first heap measurement, until code is compiled and tables and pools have their size. */
const WARM_UP = 12;

const visitorsOf = (occurrences: readonly Occurrence[]): number =>
  new Set(occurrences.map(({ address, agent }) => `${address} ${agent}`)).size;

export async function measureMemory(script: string, folder: string): Promise<HubMemory> {
  const site = await serveSite({ script, state: join(folder, "memory"), consumes: false });
  const inspector = await openInspector(await site.inspector());
  async function heap(): Promise<number> {
    // Twice, because freed objects may have held others. An idle isolate ignores its inspector, so keep it awake.
    let done = false;
    const awake = (async () => {
      while (!done) await (await fetch(`${site.url}/bench/marks`)).arrayBuffer();
    })();
    try {
      await inspector.send("HeapProfiler.collectGarbage");
      await inspector.send("HeapProfiler.collectGarbage");
      return (await inspector.send<{ usedSize: number }>("Runtime.getHeapUsage")).usedSize;
    } finally {
      done = true;
      await awake;
    }
  }
  const midnight = Math.floor(Date.now() / DAY) * DAY - DAY;
  const occurrences = eventsOf(visits(7), midnight, CALLS * EVENTS_PER_CALL);
  let longestCall = 0;
  async function accept(from: number, to: number): Promise<void> {
    for (let call = from; call < to; call++) {
      const part = occurrences.slice(call * EVENTS_PER_CALL, (call + 1) * EVENTS_PER_CALL);
      const start = performance.now();
      const response = await fetch(`${site.url}/bench/accept`, { method: "POST", body: JSON.stringify(part) });
      if (!response.ok) throw new Error(`hub answered ${response.status}`);
      await response.arrayBuffer();
      if (call > CALLS / 2) longestCall = Math.max(longestCall, performance.now() - start);
    }
  }
  try {
    await inspector.send("HeapProfiler.enable");
    await accept(0, WARM_UP);
    const before = await heap();
    await accept(WARM_UP, CALLS);
    const used = (await heap()) - before;
    const visitors = visitorsOf(occurrences);
    const bytesPerVisitor = used / (visitors - visitorsOf(occurrences.slice(0, WARM_UP * EVENTS_PER_CALL)));
    return {
      bytesPerVisitor,
      visitors,
      eventsPerVisitor: occurrences.length / visitors,
      longestCall,
    };
  } finally {
    inspector.close();
    await site.close();
  }
}
