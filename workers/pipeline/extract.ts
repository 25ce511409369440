// Extract and transform: the raw objects of a unit become technology counts and the IP list, one object each.
import { addToTechstack, emptyTechstack, TECHSTACK_COLUMNS, techstackRows } from "../domain/counts/techstack";
import { pipelineKey } from "../domain/lake/keys";
import type { NewObject } from "../domain/lake/object";
import { tableToParquet } from "../domain/lake/table-parquet";
import type { Unit } from "../domain/lake/units";
import { addToIpList, emptyIpList, IP_LIST_COLUMNS, ipRows } from "../domain/networks/ip-list";
import { announceObjects } from "../storage/lake/garbage";
import { createObject } from "../storage/lake/objects";
import { loadProperty } from "../storage/properties/properties";
import { rawEvents } from "./raw-events";

/** An object that has been written but is not listed yet. */
export type Made = NewObject & { zone: "techstack" | "ip_list" };

/** The outputs of a unit. */
export interface Extracted {
  unit: Unit;
  /** Null without any rows: the property stores no addresses, or it has been deleted. */
  techstack: Made | null;
  ip_list: Made | null;
  /** The key for the enrichment of the list. */
  enrichment: string;
}

/** Reads a unit and writes its outputs. Repeating it writes the same objects. */
export async function extract(
  env: Pick<Cloudflare.Env, "DB" | "LAKE">,
  unit: Unit,
  now: number,
): Promise<Extracted | null> {
  const property = await loadProperty(env.DB, unit.site_id);
  if (!property) return null;
  const techstack = emptyTechstack();
  const list = emptyIpList();
  const times = { min_time: Number.POSITIVE_INFINITY, max_time: Number.NEGATIVE_INFINITY };
  const dates = { min_date: "9999-12-31", max_date: "0000-01-01" };
  for await (const events of rawEvents(env, unit))
    for (const event of events) {
      addToTechstack(techstack, event);
      addToIpList(list, event, property.privacy.excluded_addresses);
      times.min_time = Math.min(times.min_time, event.event_time);
      times.max_time = Math.max(times.max_time, event.event_time);
      if (event.local_date < dates.min_date) dates.min_date = event.local_date;
      if (event.local_date > dates.max_date) dates.max_date = event.local_date;
    }
  const key = (zone: "techstack" | "ip_list" | "ip_enrichment") =>
    pipelineKey(zone, dates.min_date, unit.site_id, unit.first_id, unit.last_id);
  const technology = techstackRows(techstack);
  const addresses = ipRows(list);
  await announceObjects(env.DB, unit.site_id, [key("techstack"), key("ip_list")], now);
  const make = async (zone: Made["zone"], rows: number, body: () => ArrayBuffer): Promise<Made | null> => {
    if (rows === 0) return null;
    return { key: key(zone), rows, bytes: await createObject(env.LAKE, key(zone), body()), zone, ...times, ...dates };
  };
  return {
    unit,
    techstack: await make("techstack", technology.length, () => tableToParquet(TECHSTACK_COLUMNS, technology)),
    ip_list: await make("ip_list", addresses.length, () => tableToParquet(IP_LIST_COLUMNS, addresses)),
    enrichment: key("ip_enrichment"),
  };
}
