// Events under filters: names with their visitors, and the pages and props of one.
import type { Ask } from "../../../domain/analysis/question";
import { MEASURING_NAMES } from "../../../domain/events/measurement";
import { compareTexts } from "../../../domain/queries/text-order";
import type { Counted } from "../../../storage/counts/details";
import type { InsightSource } from "../source";
import type { Asker } from "./asker";
import { countedIn, inOrder } from "./ranking";

type Names = Awaited<ReturnType<InsightSource["eventNames"]>>;

const BY_NAME: Partial<Ask> = { groups: ["event:name"] };
const MEASURING: Partial<Ask> = {
  ...BY_NAME,
  base: { without: null, filters: [["is", "event:name", [...MEASURING_NAMES]]] },
};

/**
 * Asks for events by name. Events that only measure have a row where the filters are about visits and pages alone: they
 * would meet no other condition.
 */
const toAsks = (asker: Asker): Partial<Ask>[] => (asker.hasLeftOut("clicks") ? [BY_NAME] : [BY_NAME, MEASURING]);

function namesIn(lists: Awaited<ReturnType<Asker["ask"]>>): Names {
  // Of events from before they only measured, both lists have some: the second has all.
  const names = new Map<string, Names[number]>();
  for (const { values, counts } of lists.flat())
    if (counts.events > 0)
      names.set(values[0]!, { name: values[0]!, events: counts.events, visitors: counts.visitors });
  return [...names.values()];
}

export async function countEventNames(asker: Asker, most: number): Promise<Names> {
  const names = namesIn(await asker.ask(toAsks(asker)));
  return names.sort((a, b) => b.events - a.events || compareTexts(a.name, b.name)).slice(0, most);
}

export async function countEvent(
  asker: Asker,
  name: string,
  most: number,
): Promise<Awaited<ReturnType<InsightSource["event"]>>> {
  const [details, ...lists] = await asker.ask([{ details: { of: "event", name } }, ...toAsks(asker)]);
  const values = details!.flatMap(({ values: [part, key, value], counts }) =>
    part === "prop" ? [{ key: key!, value: value!, events: counts.events }] : [],
  );
  const keys = [...Map.groupBy(values, ({ key }) => key)].map(([key, own]) => ({
    value: key,
    events: own.reduce((sum, { events }) => sum + events, 0),
    own: inOrder(own).slice(0, most) as (Counted & { key: string })[],
  }));
  return {
    events: namesIn(lists).find((one) => one.name === name)?.events ?? 0,
    pages: inOrder(countedIn(details!, "page")).slice(0, most),
    props: keys.sort((a, b) => b.events - a.events || compareTexts(a.value, b.value)).flatMap(({ own }) => own),
  };
}
