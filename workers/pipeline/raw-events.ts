// The rows of a unit's raw objects, one object after the other: never more than two of them in memory.
import type { StampedEvent } from "../domain/events/event";
import { fromParquet } from "../domain/lake/parquet";
import type { Unit } from "../domain/lake/units";
import { objectsOfUnit } from "../storage/runs/watermarks";

/** @throws Error when an object that D1 lists is not there: the run says so, and the watermark stays before it. */
export async function* rawEvents(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  unit: Unit,
): AsyncGenerator<StampedEvent[]> {
  const keys = await objectsOfUnit(DB, unit);
  const load = async (key: string): Promise<ArrayBuffer> => {
    const object = await LAKE.get(key);
    if (!object) throw new Error(`lake lacks object ${key}`);
    return object.arrayBuffer();
  };
  let next = keys[0] === undefined ? null : load(keys[0]);
  for (let i = 0; next; i++) {
    const body = await next;
    const key = keys[i + 1];
    // Fetched while this one is worked on. Should that fail before, the failure is told when its turn comes.
    next = key === undefined ? null : load(key);
    next?.catch(() => undefined);
    yield await fromParquet(body);
  }
}
