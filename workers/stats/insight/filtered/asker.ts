// Puts questions about the days and filters of a request to the Analysts.
import { toFilter } from "../../../domain/analysis/ask/filter-tree";
import { hasLeftOut, type LeftOut } from "../../../domain/analysis/ask/without";
import { LIMITS, type Limits, requireFewEvents } from "../../../domain/analysis/limits";
import type { Ask, CountedRow } from "../../../domain/analysis/question";
import { toKnown } from "../../../domain/analysis/saved/known";
import type { PageDimension } from "../../../domain/analysis/scan/details";
import { Problem } from "../../../domain/requests/problem";
import { eventsAbout, readDaySizes } from "../../../storage/analysis/day-sizes";
import type { PropertyDays } from "../../../storage/counts/details";
import { loadSaved } from "../../../storage/saved/known";
import type { Viewer } from "../../../storage/saved/visible";
import { type AnalystEnv, analystsFor, askAnalysts, wholeMonths } from "../../ask-analysts";

/** Details are made of the props of each event, which takes ten times as long as a scan of columns. */
const MOST_DETAILED = 2_000_000;
/** Each is a call, and a request may make a thousand. */
const MOST_ANALYSTS = 600;

export interface InsightLimits extends Limits {
  /** Events of the days whose details are asked for. */
  detailed: number;
}
export const INSIGHT_LIMITS: InsightLimits = { ...LIMITS, detailed: MOST_DETAILED };

export interface Filtering {
  env: AnalystEnv;
  days: PropertyDays;
  /** As the caller gave them; all must hold. */
  filters: readonly unknown[];
  humansOnly: boolean;
  /** What the pages of vitals and heatmaps are. */
  by: PageDimension;
  /** Who asks: whose personal segments the filters may name. */
  viewer: Viewer;
  limits?: InsightLimits;
}

export interface Asker {
  /** The rows of each ask. An ask has the request's filters, and the standard for what is not given. */
  ask: (asks: readonly Partial<Ask>[]) => Promise<CountedRow[][]>;
  /** Whether the filters have conditions of this kind. */
  hasLeftOut: (what: LeftOut) => boolean;
}

/** @throws Problem invalid, naming the wrong part of the filters. */
export async function createAsker({
  env,
  days,
  filters,
  humansOnly,
  by,
  viewer,
  limits = INSIGHT_LIMITS,
}: Filtering): Promise<Asker> {
  const { site_id, from, to } = days;
  const naming = { filters, dimensions: [by] };
  const saved = await loadSaved(env.DB, site_id, viewer, [naming]);
  const filter = toFilter(filters, "filters", toKnown(saved));
  const common: Ask = {
    filters,
    groups: [],
    time: null,
    times: null,
    first: from,
    humansOnly,
    reading: false,
    ends: false,
    persons: false,
    revenue: false,
  };
  return {
    hasLeftOut: (what) => hasLeftOut(filter, what),
    async ask(given) {
      const asks = given.map((one) => ({ ...common, ...one }));
      const sizes = await readDaySizes(env.DB, site_id, [wholeMonths(days)]);
      const events = eventsAbout(sizes, days);
      requireFewEvents(events, limits);
      if (asks.some(({ details }) => details)) requireFewDetails(events, limits);
      if (analystsFor(days, sizes, limits) > MOST_ANALYSTS)
        throw new Problem("invalid", "period has too many large days for filters; ask for fewer days");
      const { rows } = await askAnalysts(env, site_id, { from, to }, asks, saved, { limits, sizes });
      return rows;
    },
  };
}

function requireFewDetails(events: number, { detailed }: InsightLimits): void {
  if (events > detailed)
    throw new Problem(
      "invalid",
      `period has about ${events} events, and filters and page groups look at the details of at most ${detailed}; ask for fewer days`,
    );
}
