// A plain recount of insight under filters from the rows of the lake, written from docs/api.md: loops over visits and events.
// It shares nothing with the scan but the rows.
import type { StampedEvent } from "../../../workers/domain/events/event";
import { type Asked, Recount, toVisits, type Visit } from "../../pure/analysis/recount";
import type { Sent } from "../recount";
import { detailsOf } from "../recount-details";

const MEASURING = ["first_visit", "web_vital", "heatmap", "rule_seen"];
const OF_PAGES = ["event:page", "event:hostname", "event:page_group"];

/** Conditions that are joined by `and`. */
const partsOf = (filters: readonly Asked[]): Asked[] =>
  filters.flatMap((filter) => (filter[0] === "and" ? partsOf(filter[1] as Asked[]) : [filter]));

/** Whether a condition is about the visit and the page alone. */
function isOfPage(filter: Asked, others: readonly string[] = []): boolean {
  const [operator, second] = filter as [string, unknown];
  if (operator.startsWith("has_")) return true;
  if (operator === "and" || operator === "or") return (second as Asked[]).every((one) => isOfPage(one, others));
  if (operator === "not") return isOfPage(second as Asked, others);
  return String(second).startsWith("visit:") || [...OF_PAGES, ...others].includes(String(second));
}

export interface Selection {
  filters: readonly Asked[];
  first: string;
  last: string;
}

type Selected = { event: StampedEvent; visit: Visit }[];

export class InsightRecount {
  private readonly visits: Visit[];
  private readonly selection: Selection;
  private readonly recount: Recount;
  private readonly parts: Asked[];

  constructor(rows: readonly StampedEvent[], selection: Selection) {
    this.visits = toVisits(rows);
    this.selection = selection;
    const about = { dimension: "event:name", time: null, times: null, groupOf: (page: string) => page };
    this.recount = new Recount({ ...selection, ...about, goals: new Map(), segments: new Map() });
    this.parts = partsOf(selection.filters);
  }

  private events(accepts: (event: StampedEvent, visit: Visit) => boolean): Selected {
    const { first, last } = this.selection;
    return this.visits.flatMap((visit) =>
      visit.events
        .filter(({ local_date }) => local_date >= first && local_date <= last)
        .filter((event) => accepts(event, visit))
        .map((event) => ({ event, visit })),
    );
  }

  private meets = (event: StampedEvent, visit: Visit): boolean =>
    this.recount.isCandidate(event) && this.selection.filters.every((one) => this.recount.holds(one, event, visit));

  /** Events that meet the filters. */
  counted = (): Selected => this.events(this.meets);

  /** Events of a name that measure: their page and visit decide, and other conditions hold somewhere in the visit. */
  measured(name: string): Selected {
    const isAboutPages = this.parts.every((part) => isOfPage(part));
    return this.events(
      (event, visit) =>
        event.name === name &&
        this.parts.filter((part) => isOfPage(part)).every((part) => this.recount.holds(part, event, visit)) &&
        (isAboutPages || visit.events.some((one) => this.meets(one, visit))),
    );
  }

  /** Page views on which rules were in sight. */
  seen(): Selected {
    const parts = this.parts.filter((part) => isOfPage(part, ["event:rule"]));
    return this.events(
      (event, visit) =>
        event.event_type === "rule_seen" && parts.every((part) => this.recount.holds(part, event, visit)),
    );
  }

  /** Events by name, with those that measure where the filters are about visits and pages. */
  byName(): Selected {
    const others = this.parts.every((part) => isOfPage(part)) ? MEASURING : [];
    return [
      ...this.counted().filter(({ event }) => !others.includes(event.name)),
      ...others.flatMap((name) => this.measured(name)),
    ];
  }

  /** Visits that began in the period and have an event that meets the filters. */
  begun(): StampedEvent[] {
    const { first, last } = this.selection;
    return this.visits.flatMap((visit) => {
      const [start] = visit.events as [StampedEvent];
      const isBegun = start.visit_id !== null && start.local_date >= first && start.local_date <= last;
      return isBegun && visit.events.some((event) => this.meets(event, visit)) ? [start] : [];
    });
  }
}

export const visitorsIn = (selected: Selected): number =>
  new Set(selected.flatMap(({ event }) => (event.visit_id === null ? [] : [`${event.local_date} ${event.visitor_id}`])))
    .size;

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Sums of a detail by its value, the largest first. */
export function detailsIn(selected: Selected, dimension: string): [value: string, events: number][] {
  const sums = new Map<string, number>();
  for (const { event } of selected) {
    const { device, network, network_type } = event;
    const sent = { type: event.event_type, props: event.props, href: event.href, page: event.page, event };
    for (const [name, value, events] of detailsOf(sent as unknown as Sent, { device, network, network_type }))
      if (name === dimension) sums.set(value, (sums.get(value) ?? 0) + events);
  }
  return [...sums].sort(([a, x], [b, y]) => y - x || compare(a, b));
}

export { compare };
