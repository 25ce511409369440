// Counting messages: each becomes a Parquet object of the lake and, with others, one D1 batch. Crashes, repeats and
// other groupings lead to the same lake and rollups. Ingest counts messages of the queue, and a replay counts dead
// letters.
import { rollUpWithSuspects } from "../../domain/counts/suspects";
import type { StampedEvent } from "../../domain/events/event";
import { rawKey } from "../../domain/lake/keys";
import { toParquet } from "../../domain/lake/parquet";
import { type StampedMessage, sourceOf } from "../../domain/visits/message";
import { createObject } from "../lake/objects";
import type { Origins } from "../lake/restamp-marks";
import { type Count, type CountedMessage, countedAmong, knownAmong, writeCount } from "./counts";

export type CountEnv = Pick<Cloudflare.Env, "DB" | "LAKE" | "HUB">;

/** Objects written in parallel: a Worker has six connections. */
const WRITERS = 6;

/**
 * Writes the messages to the lake and counts them, except messages already counted and messages of deleted properties.
 * It reads the receipts before it writes: compaction deletes raw objects, and a message that is delivered again must
 * not restore its object.
 */
export async function countMessages(
  messages: readonly StampedMessage[],
  env: Pick<CountEnv, "DB" | "LAKE">,
): Promise<void> {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const [known, before] = await Promise.all([
    knownAmong(env.DB, [...new Set(messages.map(({ site_id }) => site_id))]),
    countedAmong(env.DB, [...byId.keys()]),
  ]);
  const todo = [...byId.values()].filter(({ id, site_id }) => known.has(site_id) && !before.has(id));
  if (todo.length === 0) return;
  const counted = await inParallel(todo, (message) => writeObject(message, env.LAKE));
  try {
    await writeCount(env.DB, toCount(todo, counted), Date.now());
  } catch (error) {
    // A receipt written in the meantime fails the whole batch. Leave out messages with a receipt and count the others.
    const meanwhile = await countedAmong(
      env.DB,
      todo.map(({ id }) => id),
    );
    if (meanwhile.size === 0) throw error;
    await countMessages(
      todo.filter(({ id }) => !meanwhile.has(id)),
      env,
    );
  }
}

/** The message's object in the lake. Its key is the message's id, so writing it again changes nothing. */
async function writeObject(message: StampedMessage, lake: R2Bucket): Promise<CountedMessage> {
  const { id, site_id, events } = message;
  if (events.length === 0) return { id, site_id, file: null };
  const dates = events.map((event) => event.local_date).sort();
  const times = events.map((event) => event.event_time);
  const key = rawKey(site_id, events[0]!.local_date, id);
  return {
    id,
    site_id,
    file: {
      zone: "raw",
      key,
      rows: events.length,
      bytes: await createObject(lake, key, toParquet(events)),
      min_time: times.reduce((a, b) => Math.min(a, b)),
      max_time: times.reduce((a, b) => Math.max(a, b)),
      min_date: dates[0]!,
      max_date: dates.at(-1)!,
    },
  };
}

function toCount(messages: readonly StampedMessage[], counted: CountedMessage[]): Count {
  const events = new Map<string, StampedEvent[]>();
  const refusals: Count["refusals"] = [];
  for (const message of messages) {
    events.set(message.site_id, [...(events.get(message.site_id) ?? []), ...message.events]);
    for (const [day, counts] of Object.entries(message.refusals))
      for (const [reason, count] of Object.entries(counts)) refusals.push([message.site_id, day, reason, count]);
  }
  const rollups = new Map([...events].flatMap(([siteId, all]) => [...rollUpWithSuspects(siteId, all)]));
  return { messages: counted, rollups, refusals, origins: originsOf(messages) };
}

/** The sources of some messages, and the days on which their events were late. */
function originsOf(messages: readonly StampedMessage[]): Origins {
  const sources = new Map<string, Origins["sources"][number]>();
  const late = new Map<string, Origins["late"][number]>();
  for (const { id, site_id, events } of messages)
    for (const event of events) {
      const source = sourceOf(id);
      sources.set(`${site_id} ${event.local_date} ${source}`, [site_id, event.local_date, source]);
      if (event.late !== 1) continue;
      // A late event also changes the numbers of the day on which its visit began.
      for (const day of [event.local_date, event.visit_date]) late.set(`${site_id} ${day}`, [site_id, day]);
    }
  return { sources: [...sources.values()], late: [...late.values()] };
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WRITERS, items.length) }, worker));
  return results;
}
