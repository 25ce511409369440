// Reads the rows of a unit's raw objects one object at a time, with at most two objects in memory.
import type { StampedEvent } from "../domain/events/event";
import { fromParquet } from "../domain/lake/parquet";
import type { Unit } from "../domain/lake/units";
import { objectsOfUnit } from "../storage/runs/watermarks";

/** @throws Error when an object that D1 lists is missing. The run fails, and the watermark stays before the object. */
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
    // Fetch the next object while this one is processed. If that fails, the error is thrown at its turn.
    next = key === undefined ? null : load(key);
    next?.catch(() => undefined);
    yield await fromParquet(body);
  }
}
