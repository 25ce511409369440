// A plain recount of a question, written from the contract: loops over events and visits. It shares nothing with the scan
// but the events.
import type { StampedEvent } from "../../../workers/domain/events/event";

/** A filter as a caller writes it. */
export type Asked = readonly unknown[];

export interface Answer {
  visitors: number;
  visits: number;
  bounces: number;
  duration: number;
  pageviews: number;
  events: number;
  engaged_ms: number;
}

export interface Question {
  filters: readonly Asked[];
  /** What rows are told apart by; null for one row of everything. */
  dimension: string | null;
  /** Local dates, both included. */
  first: string;
  last: string;
  /** What rows are told apart by besides. */
  time: "minute" | "hour" | null;
  /** Times (ms), the second excluded; null for whole days. */
  times: readonly [from: number, to: number] | null;
  goals: ReadonlyMap<string, readonly Asked[]>;
  segments: ReadonlyMap<string, readonly Asked[]>;
  groupOf: (page: string) => string;
}

const MEASURING = ["engagement", "web_vital", "heatmap", "rule_seen", "first_visit"];
const PLACEHOLDERS: Record<string, string> = {
  ...{ source: "(direct)", referrer: "(direct)", device: "(unknown)", country: "(unknown)", browser: "(unknown)" },
  ...{ region: "(unknown)", city: "(unknown)", os: "(unknown)", language: "(unknown)" },
};
const INTERACTIVE = ["click", "download", "form_submit", "form_start", "copy", "rule", "custom"];

export interface Visit {
  /** In the total order. */
  events: StampedEvent[];
  entry: string | null;
  exit: string | null;
  seconds: number;
}

function toVisit(unsorted: readonly StampedEvent[]): Visit {
  const events = [...unsorted].sort(
    (a, b) => a.event_time - b.event_time || a.seq - b.seq || (a.event_id < b.event_id ? -1 : 1),
  );
  const views = events.filter(({ event_type }) => event_type === "pageview");
  return {
    events,
    entry: views[0]?.page ?? null,
    exit: views.at(-1)?.page ?? null,
    seconds: (events.at(-1)!.event_time - events[0]!.event_time) / 1000,
  };
}

export function toVisits(rows: readonly StampedEvent[]): Visit[] {
  const visits = new Map<string, StampedEvent[]>();
  for (const row of rows) {
    const id = row.visit_id ?? `alone ${row.event_id}`;
    visits.set(id, [...(visits.get(id) ?? []), row]);
  }
  return [...visits.values()].map(toVisit);
}

function bucketOf(seconds: number): string {
  if (seconds <= 10) return "0–10 s";
  if (seconds <= 30) return "11–30 s";
  if (seconds <= 60) return "31–60 s";
  if (seconds <= 180) return "1–3 min";
  if (seconds <= 600) return "3–10 min";
  return seconds <= 1800 ? "10–30 min" : "30+ min";
}

/** The page on the one side of a page view, where views of one page that follow each other are one. */
function pageBeside(event: StampedEvent, { events }: Visit, side: -1 | 1): string {
  if (event.event_type !== "pageview") return "(none)";
  const views = events.filter(({ event_type }) => event_type === "pageview");
  let place = views.indexOf(event);
  while (views[place]?.page === event.page) place += side;
  const other = views[place];
  if (!other) return side < 0 ? "(entry)" : "(exit)";
  return other.page ?? "(none)";
}

/** What an answer shows of the event, by a dimension. */
function shownOf(dimension: string, event: StampedEvent, visit: Visit, { groupOf }: Question): string {
  const [, name, key] = dimension.split(":") as [string, string, string | undefined];
  const row = event as unknown as Record<string, string | null>;
  const grouped = (page: string | null) => (page === null ? "(none)" : groupOf(page));
  switch (name) {
    case "props": {
      const value = event.props?.[key!];
      return value === undefined ? "" : String(value);
    }
    case "entry_page":
      return visit.entry ?? "(none)";
    case "exit_page":
      return visit.exit ?? "(none)";
    case "previous_page":
      return pageBeside(event, visit, -1);
    case "next_page":
      return pageBeside(event, visit, 1);
    case "page_group":
      return grouped(event.page);
    case "entry_page_group":
      return grouped(visit.entry);
    case "exit_page_group":
      return grouped(visit.exit);
    case "duration_bucket":
      return event.visit_id === null ? "(none)" : bucketOf(visit.seconds);
    case "button":
      return row.button_id ?? "(none)";
    case "country_name":
      return row.country ?? "(unknown)";
    default:
      return row[name] || (PLACEHOLDERS[name] ?? "(none)");
  }
}

/** `*` as an expression of JavaScript: patterns of the test are harmless. */
function wildcard(pattern: string, flags: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*\*?/g, (stars) => (stars === "*" ? "[^/]*" : "[\\s\\S]*"))}$`, flags);
}

function holdsOf(operator: string, shown: string, value: string, empty: string, isCased: boolean): boolean {
  const cased = (text: string) => (isCased ? text : text.toLowerCase());
  switch (operator) {
    case "is":
      return cased(shown) === cased(value === "" ? empty : value);
    case "contains":
      return cased(shown).includes(cased(value));
    case "matches":
      return new RegExp(value, isCased ? "s" : "si").test(shown);
    case "matches_wildcard":
      return wildcard(value, isCased ? "" : "i").test(shown);
    case "at_least":
      return /^\d+(\.\d+)?$/.test(shown) && Number(shown) >= Number(value);
    case "at_most":
      return /^\d+(\.\d+)?$/.test(shown) && Number(shown) <= Number(value);
    default:
      throw new Error(`recount knows no ${operator}`);
  }
}

/** Which events of the question meet its filters. */
export class Recount {
  private readonly question: Question;
  private readonly named: Set<string>;

  constructor(question: Question) {
    this.question = question;
    this.named = new Set(this.namesIn(["and", question.filters]));
  }

  isCandidate({ event_type, name }: StampedEvent): boolean {
    if (!MEASURING.includes(event_type)) return true;
    const { filters, dimension } = this.question;
    // By name, each has a row of its own where nothing is filtered.
    const isOwnRow = dimension === "event:name" && filters.length === 0;
    return event_type !== "engagement" && (isOwnRow || this.named.has(name));
  }

  holds(filter: Asked, event: StampedEvent, visit: Visit): boolean {
    const [operator, second, values, options] = filter as [string, unknown, unknown[], { case_sensitive: boolean }?];
    const inner = second as Asked[];
    switch (operator) {
      case "and":
        return inner.every((one) => this.holds(one, event, visit));
      case "or":
        return inner.some((one) => this.holds(one, event, visit));
      case "not":
        return !this.holds(second as Asked, event, visit);
      case "has_done":
        return visit.events.some((one) => this.isCandidate(one) && this.holds(second as Asked, one, visit));
      case "has_not_done":
        return !this.holds(["has_done", second], event, visit);
    }
    if (operator.endsWith("_not"))
      return !this.holds([operator.slice(0, -"_not".length), second, values, options], event, visit);
    if (second === "segment" || second === "event:goal") return this.holds(["or", this.savedIn(filter)], event, visit);
    const shown = shownOf(String(second), event, visit, this.question);
    const empty = this.emptyOf(String(second));
    const isCased = options?.case_sensitive !== false;
    return values.some((value) => holdsOf(operator, shown, String(value), empty, isCased));
  }

  /** The goals or segments that a filter names. */
  private savedIn([operator, second, values, options]: Asked): Asked[] {
    const { goals, segments } = this.question;
    const isCased = (options as { case_sensitive: boolean } | undefined)?.case_sensitive !== false;
    const names = (values as unknown[]).map(String);
    const positive = String(operator).replace(/_not$/, "");
    const saved = second === "segment" ? segments : goals;
    return [...saved]
      .filter(([name]) => names.some((value) => holdsOf(positive, name, value, "", isCased)))
      .map(([, filters]) => ["and", filters]);
  }

  private emptyOf(dimension: string): string {
    if (dimension.startsWith("event:props:")) return "";
    return PLACEHOLDERS[dimension.split(":")[1]!.replace("_name", "")] ?? "(none)";
  }

  private namesIn(filter: Asked): string[] {
    const [operator, second, values, options] = filter as [string, unknown, unknown[], { case_sensitive: boolean }?];
    if (operator === "and" || operator === "or") return (second as Asked[]).flatMap((one) => this.namesIn(one));
    if (Array.isArray(second)) return this.namesIn(second);
    if (second === "segment" || second === "event:goal")
      return this.savedIn(filter).flatMap((one) => this.namesIn(one));
    if (operator !== "is" || second !== "event:name") return [];
    const isCased = options?.case_sensitive !== false;
    return values.map((value) => (isCased ? String(value) : String(value).toLowerCase()));
  }
}

const nothing = () => ({
  ...{ visitors: new Set<string>(), visits: new Set<Visit>(), bounces: 0, duration: 0 },
  ...{ pageviews: 0, events: 0, engaged_ms: 0 },
});

/** What the question asks, counted one by one: by time and value of its dimension, each `""` without one. */
export function recount(rows: readonly StampedEvent[], question: Question): Map<string, Answer> {
  const { filters, first, last, times, dimension, time } = question;
  const counter = new Recount(question);
  const isEnd = dimension === "visit:entry_page" || dimension === "visit:exit_page";
  const found = new Map<string, ReturnType<typeof nothing>>();
  const isWithin = (time: number, date: string): boolean =>
    date >= first && date <= last && (times === null || (time >= times[0] && time < times[1]));
  for (const visit of toVisits(rows)) {
    const { events } = visit;
    const start = events[0]!;
    const began = start.visit_id !== null && isWithin(start.event_time, start.local_date);
    const holds = (event: StampedEvent) => filters.every((filter) => counter.holds(filter, event, visit));
    const answerFor = (event: StampedEvent, at = event) => {
      const value = dimension === null ? "" : shownOf(dimension, event, visit, question);
      const isSparse = dimension === "event:button" || dimension === "event:rule";
      if (isSparse && value === "(none)") return nothing();
      // A page view may have come after one without a page.
      const isOfViews = dimension === "event:previous_page" || dimension === "event:next_page";
      if (isOfViews && event.event_type !== "pageview") return nothing();
      const bucket = time === null ? "" : time === "hour" ? at.local_hour : at.event_time - (at.event_time % 60_000);
      const key = `${bucket} ${value}`;
      if (!found.has(key)) found.set(key, nothing());
      return found.get(key)!;
    };
    for (const event of events.filter((one) => counter.isCandidate(one) && holds(one))) {
      if (began) {
        const answer = answerFor(event, start);
        if (isEnd) answer.visitors.add(`${start.local_date} ${start.visitor_id}`);
        if (!answer.visits.has(visit)) {
          const views = events.filter(({ event_type }) => event_type === "pageview").length;
          answer.visits.add(visit);
          answer.duration += visit.seconds;
          if (views === 1 && !events.some(({ event_type }) => INTERACTIVE.includes(event_type))) answer.bounces += 1;
        }
      }
      if (!isWithin(event.event_time, event.local_date)) continue;
      const answer = answerFor(event);
      answer.events += 1;
      if (event.event_type === "pageview") answer.pageviews += 1;
      // By an event that only measures and belongs to no visit nobody is a visitor.
      if (event.visit_id !== null && !isEnd) answer.visitors.add(`${event.local_date} ${event.visitor_id}`);
    }
    for (const event of events) {
      if (event.event_type !== "engagement" || event.visit_id === null) continue;
      const view = events.find(({ event_type, event_id }) => event_type === "pageview" && event_id === event.view_id);
      // Reading belongs to no event's name without its page view.
      if (!view && dimension === "event:name") continue;
      const about = view ?? event;
      // Within the hour, reading is of the time of its page view.
      const at = view?.local_hour === event.local_hour ? view : event;
      if (isWithin(at.event_time, at.local_date) && holds(about)) answerFor(about, at).engaged_ms += event.engaged_ms!;
    }
  }
  return new Map(
    [...found].map(([value, answer]) => [
      value,
      { ...answer, visitors: answer.visitors.size, visits: answer.visits.size },
    ]),
  );
}
