// Networks under filters: the counts are those of a query by network; what is known of a network is of all its visits.
import type { Ask, CountedRow } from "../../../domain/analysis/question";
import { dimensionFor } from "../../../domain/events/catalog";
import { SIGNAL_NAMES, type Signal } from "../../../domain/networks/network";
import { compareTexts } from "../../../domain/queries/text-order";
import { type NetworkCounts, readNetworkFacts } from "../../../storage/networks/networks";
import type { Asker, Filtering } from "./asker";
import { inOrder } from "./ranking";

const NETWORK = "visit:network";
const TYPE = "visit:network_type";

const FILTER_OF: Record<Signal, unknown> = { hosting_network: ["is", TYPE, ["hosting"]] };

type Counts = Pick<NetworkCounts["types"][number], "visitors" | "visits" | "pageviews" | "events">;

function countsOf({ counts: { visitors, visits, pageviews, events } }: CountedRow): Counts {
  return { visitors, visits, pageviews, events };
}

const isSomething = (counts: Counts): boolean => Object.values(counts).some((count) => count !== 0);

/** The most visitors first. */
function toList(rows: readonly CountedRow[], dimension: string): NetworkCounts["types"] {
  const { absent } = dimensionFor(dimension)!;
  return rows
    .map((row) => ({ value: row.values[0] ?? absent, ...countsOf(row) }))
    .filter(({ value: _, ...counts }) => isSomething(counts))
    .sort((a, b) => b.visitors - a.visitors || b.pageviews - a.pageviews || compareTexts(a.value, b.value));
}

/** The pages of some networks that were viewed most. */
async function countPages(asker: Asker, names: readonly string[], most: number): Promise<NetworkCounts["pages"]> {
  if (names.length === 0) return [];
  const [rows] = await asker.ask([{ details: { of: "network pages", networks: names } }]);
  return [...Map.groupBy(rows!, ({ values: [network] }) => network!)].flatMap(([network, own]) =>
    inOrder(own.map(({ values, counts }) => ({ value: values[1]!, events: counts.events })))
      .slice(0, most)
      .map(({ value, events }) => ({ network, page: value, pageviews: events })),
  );
}

export async function countNetworks(
  asker: Asker,
  { env, days }: Pick<Filtering, "env" | "days">,
  most: number,
  mostPages: number,
): Promise<NetworkCounts> {
  const [byNetwork, byType, ...bySignal] = await asker.ask([
    { groups: [NETWORK] },
    { groups: [TYPE] },
    ...SIGNAL_NAMES.map((signal): Partial<Ask> => ({ base: { without: null, filters: [FILTER_OF[signal]] } })),
  ]);
  const { absent } = dimensionFor(NETWORK)!;
  const top = toList(byNetwork!, NETWORK)
    .filter(({ value }) => value !== absent)
    .slice(0, most);
  const names = top.map(({ value }) => value);
  const [facts, pages] = await Promise.all([
    readNetworkFacts(env.DB, days.site_id, names),
    countPages(asker, names, mostPages),
  ]);
  return {
    networks: top.map((counts) => ({ ...counts, ...facts(counts.value) })),
    pages,
    types: toList(byType!, TYPE),
    signals: SIGNAL_NAMES.flatMap((signal, i) => {
      const [row] = bySignal[i]!;
      return row && isSomething(countsOf(row)) ? [{ signal, ...countsOf(row) }] : [];
    }),
  };
}
