// Simulated people in real time: each event is sent when it happens.
import type { Api } from "../api.ts";
import type { SimulatedEvent } from "./event.ts";
import { nothingSent, type Sent, sendEvents } from "./send.ts";

/** Events that happen within this time share a request. */
const TICK_MS = 1_000;

export interface LiveOptions {
  siteId: string;
  signal: AbortSignal;
  /** Called after each tick. */
  onTick?: (now: number, sent: Sent) => void;
  /** Called after a failed request. Its events are sent again with the next one. */
  onError?: (error: unknown) => void;
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });

function merge(a: Sent, b: Sent): Sent {
  const refused = { ...a.refused };
  for (const [reason, count] of Object.entries(b.refused)) refused[reason] = (refused[reason] ?? 0) + count;
  return {
    accepted: a.accepted + b.accepted,
    duplicates: a.duplicates + b.duplicates,
    refused,
    rejected: [...a.rejected, ...b.rejected],
  };
}

/** Sends until the events end or the signal aborts. Events in the past are sent at once. */
export async function playLive(api: Api, events: Iterable<SimulatedEvent>, options: LiveOptions): Promise<Sent> {
  const iterator = events[Symbol.iterator]();
  let sum = nothingSent();
  let due: SimulatedEvent[] = [];
  let next = iterator.next();
  while (!options.signal.aborted && (!next.done || due.length > 0)) {
    const now = Date.now();
    for (; !next.done && Date.parse(next.value.event_time) <= now; next = iterator.next()) due.push(next.value);
    if (due.length > 0) {
      try {
        sum = merge(sum, await sendEvents(api, options.siteId, due));
        due = [];
      } catch (error) {
        if (!options.onError) throw error;
        options.onError(error);
      }
    }
    options.onTick?.(Date.now(), sum);
    if (!next.done || due.length > 0) await pause(TICK_MS, options.signal);
  }
  return sum;
}
