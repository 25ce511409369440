// A local day of the analysis zone, made from events of the lake.
import { VISIT_DIMENSIONS } from "../../events/catalog";
import type { StampedEvent } from "../../events/event";
import { isCounted, ownFacts } from "../../events/event-facts";
import { EVENT_TYPES } from "../../events/measurement";
import { inTotalOrder } from "../../events/order";
import { type Cut, isInPart, WHOLE } from "./parts";
import { type ActionRow, type DayTables, USE, type VisitRow } from "./tables";

/** The columns of an event that a day is made of. */
export const NEEDED = [
  "event_id",
  "event_type",
  "name",
  "event_time",
  "visitor_id",
  "visit_id",
  "user_id",
  "hostname",
  "page",
  "title",
  "button_id",
  "href",
  "props",
  "revenue_amount",
  "revenue_currency",
  "engaged_ms",
  "scroll_depth",
  "scroll_before",
  ...VISIT_DIMENSIONS.map(({ column }) => column as "source" | "entry_page"),
  "seq",
  "new_visit",
  "bounce_delta",
  "duration_delta",
  "local_date",
  "local_hour",
  "visit_date",
  "visit_hour",
  "rule",
  "stamp_version",
  "interactive",
  "view_id",
  "person_id",
] as const satisfies readonly (keyof StampedEvent)[];

export type Needed = Pick<StampedEvent, (typeof NEEDED)[number]>;

const inOrderOf = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function useOf(event: Needed, date: string): number {
  if (event.visit_id === null) return USE.alone;
  const isOfDay = event.local_date === date;
  if (event.visit_date === date) return isOfDay ? USE.both : USE.visit;
  return isOfDay ? USE.event : USE.context;
}

function toAction(event: Needed, date: string): ActionRow {
  const { engaged_ms = 0, scroll_sum = 0, scroll_views = 0 } = ownFacts(event);
  return {
    event_id: event.event_id,
    event_time: event.event_time,
    use: useOf(event, date),
    hour: event.local_hour / 1000,
    name: event.name,
    counted: isCounted(event) ? 1 : 0,
    pageview: event.event_type === "pageview" ? 1 : 0,
    interactive: event.interactive ?? (EVENT_TYPES[event.event_type].interactive ? 1 : 0),
    hostname: event.hostname,
    page: event.page,
    title: event.title,
    button_id: event.button_id,
    href: event.href,
    rule: event.rule,
    engaged_ms,
    scroll_sum,
    scroll_views,
    view: 0,
    revenue_amount: event.revenue_amount,
    revenue_currency: event.revenue_currency,
    props: event.props,
  };
}

/**
 * The actions of a visit, in order. Reading and scrolling are added to their page view where the two share an hour and a
 * page; where they do not, they keep a row after the others, which says which page view it is.
 */
function toActions(events: readonly Needed[], date: string): ActionRow[] {
  const reading = (event: Needed) => event.event_type === "engagement";
  const actions = events.filter((event) => !reading(event)).map((event) => toAction(event, date));
  // Reading may come before its page view where both have the same time.
  const places = new Map(
    actions.flatMap((action, place) => (action.pageview === 1 ? [[action.event_id, place] as const] : [])),
  );
  for (const event of events) {
    if (!reading(event)) continue;
    const action = toAction(event, date);
    const place = event.view_id === null ? undefined : places.get(event.view_id);
    const view = place === undefined ? undefined : actions[place]!;
    const isOfView = view !== undefined && view.page === action.page && view.hostname === action.hostname;
    if (isOfView && view.hour === action.hour && view.use === action.use) {
      view.engaged_ms += action.engaged_ms;
      view.scroll_sum += action.scroll_sum;
      view.scroll_views += action.scroll_views;
      continue;
    }
    if (isOfView) action.view = actions.length - place!;
    actions.push(action);
  }
  return actions;
}

/** The page of the last page view by time. */
function exitOf(events: readonly Needed[]): string | null {
  return events.findLast(({ event_type }) => event_type === "pageview")?.page ?? null;
}

const sum = (events: readonly Needed[], fact: "new_visit" | "bounce_delta" | "duration_delta"): number =>
  events.reduce((total, event) => total + event[fact], 0);

const firstOf = (events: readonly Needed[]): Needed => events.find(({ new_visit }) => new_visit === 1) ?? events[0]!;

/** The visitor of a visit by the id of the day: after midnight a cookieless visitor has another one. */
const visitorOf = (events: readonly Needed[], date: string): string =>
  (events.find(({ local_date }) => local_date === date) ?? firstOf(events)).visitor_id;

function toVisit(events: readonly Needed[], date: string, actions: readonly ActionRow[]): VisitRow {
  const first = firstOf(events);
  const dimensions = Object.fromEntries(
    VISIT_DIMENSIONS.map(({ column }) => [column, first[column as "source"] ?? null]),
  ) as Pick<VisitRow, "source">;
  const isVisit = first.visit_id !== null;
  return {
    ...(dimensions as VisitRow),
    visitor_id: visitorOf(events, date),
    visit_id: first.visit_id,
    began: isVisit && sum(events, "new_visit") === 1 && first.visit_date === date ? 1 : 0,
    started_at: first.event_time,
    hour: first.visit_hour / 1000,
    bounces: sum(events, "bounce_delta"),
    duration: sum(events, "duration_delta"),
    pageviews: events.filter(({ event_type }) => event_type === "pageview").length,
    events: events.filter(isCounted).length,
    // A visit's entry page may have come after its first event.
    entry_page: isVisit ? (events.find(({ entry_page }) => entry_page !== null)?.entry_page ?? null) : null,
    exit_page: isVisit ? exitOf(events) : null,
    person_id: events.findLast(({ person_id }) => person_id !== null)?.person_id ?? null,
    user_id: events.findLast(({ user_id }) => user_id !== null)?.user_id ?? null,
    actions: actions.length,
  };
}

/**
 * The tables of a local day, or of a part of it.
 * @param events all events of each visit that has any on this day or began on it, of whatever day; and the events of the
 * day that belong to no visit. Their order does not matter. Visits of other parts are left out.
 */
export function toDay(date: string, events: readonly Needed[], cut: Cut = WHOLE): DayTables {
  // An event without a visit stands alone, under its visitor.
  const visits = Map.groupBy(events, ({ visit_id, visitor_id, event_id }) =>
    visit_id === null ? `\0${visitor_id}\0${event_id}` : visit_id,
  );
  const built: { visit: VisitRow; actions: ActionRow[] }[] = [];
  for (const own of visits.values()) {
    const sorted = own.toSorted(inTotalOrder);
    const isHere = sorted.some(({ local_date, visit_date, visit_id }) =>
      visit_id === null ? local_date === date : local_date === date || visit_date === date,
    );
    // Reading of a page without a visit counts nowhere.
    if (!isHere || (sorted[0]!.visit_id === null && sorted[0]!.event_type === "engagement")) continue;
    if (!isInPart(cut, visitorOf(sorted, date))) continue;
    const actions = toActions(sorted, date);
    built.push({ visit: toVisit(sorted, date, actions), actions });
  }
  built.sort(
    (a, b) =>
      inOrderOf(a.visit.visitor_id, b.visit.visitor_id) ||
      a.actions[0]!.event_time - b.actions[0]!.event_time ||
      inOrderOf(a.visit.visit_id ?? a.actions[0]!.event_id, b.visit.visit_id ?? b.actions[0]!.event_id),
  );
  return { visits: built.map(({ visit }) => visit), actions: built.flatMap(({ actions }) => actions) };
}
