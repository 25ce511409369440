// The ids that visitors have without the user whom a page names: each hub hides addresses under salts of its own, so that
// the hub which takes the user asks the one that gets the browser's events without the name.
import type { Arrival, UnnamedIds } from "../../workers/domain/events/event";
import { toArrival } from "../../workers/domain/visits/arrival";
import type { HubBatch, HubProperty } from "../../workers/domain/visits/hub";
import type { Memory } from "../memory";
import type { PropertyHub } from "../property-hub";
import type { Salts } from "../visitor-id";

/**
 * Gives arrivals the ids that the other hub has for them.
 * @param taken those that this hub takes. The function is called again after each reply, because by then it may take more.
 */
export async function askUnnamed(
  namespace: DurableObjectNamespace<PropertyHub>,
  hub: string,
  property: HubProperty,
  taken: () => Arrival[],
): Promise<void> {
  for (;;) {
    const arrivals = taken().filter(({ unnamed, by_page, user_id }) => by_page && user_id !== null && !unnamed);
    if (arrivals.length === 0) return;
    const batch = JSON.stringify({ property, arrivals } satisfies HubBatch);
    const ids = await namespace.getByName(hub).unnamedIds(batch);
    for (const [i, arrival] of arrivals.entries()) arrival.unnamed = ids[i]!;
  }
}

/** The ids of arrivals that another hub takes. That they may become visitors of this one is noted at once. */
export function unnamedIdsOf(
  memory: Memory,
  salts: Salts,
  { property, arrivals }: HubBatch,
  now: number,
): UnnamedIds[] {
  const all = arrivals.map((given) => {
    const arrival = toArrival(given, property.address);
    const ids = salts.idsFor(arrival, property, memory, now, true);
    const without = salts.idsFor({ ...arrival, user_id: null }, property, memory, now);
    const [yesterday = null] = without.yesterday();
    const [tomorrow = null] = without.tomorrow();
    return { ids, time: arrival.event_time, unnamed: { today: ids.unnamed, yesterday, tomorrow } };
  });
  memory.noteOthers(all.map(({ ids, time }) => ({ ...ids, time })));
  return all.map(({ unnamed }) => unnamed);
}
