// The weight of events: how many rows of counts with values of their own they can write. Rate limits charge it before
// anything is parsed, so that a request full of made-up values costs its sender as much as it costs the owner.

/** Name, page, host, entry and exit page, referrer, source, language, screen: what every event may have of its own. */
const BASE_ROWS = 10;
const MOST_TAGS = 5;
const MOST_PROPS = 30;
const TAG = /[?&]utm_(?:source|medium|campaign|term|content)=/g;

/** An event as it was sent. Nothing is known about its fields. */
interface Weighed {
  url: unknown;
  props: unknown;
  /** Other fields with values that the sender chooses: a button, a rule, a link. */
  more: readonly unknown[];
}

function rowsOf({ url, props, more }: Weighed): number {
  const tags = typeof url === "string" && url.includes("utm_") ? (url.match(TAG)?.length ?? 0) : 0;
  const keys = typeof props === "object" && props !== null ? Object.keys(props).length : 0;
  const others = more.filter((value) => value !== undefined && value !== null).length;
  return BASE_ROWS + Math.min(tags, MOST_TAGS) + Math.min(keys, MOST_PROPS) + others;
}

const fieldsOf = (given: unknown): Record<string, unknown> =>
  typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};

const sumOf = (list: readonly unknown[], rows: (given: unknown) => number): number =>
  list.reduce<number>((sum, given) => sum + rows(given), 0);

/** Rows of the hits of a beacon. */
export const rowsOfHits = (hits: readonly unknown[]): number =>
  sumOf(hits, (given) => {
    const { u, p, h, k } = fieldsOf(given);
    return rowsOf({ url: u, props: p, more: [h, k] });
  });

/** Rows of incoming events. */
export const rowsOfEvents = (events: readonly unknown[]): number =>
  sumOf(events, (given) => {
    const { url, props, href, button_id, rule_id } = fieldsOf(given);
    return rowsOf({ url, props, more: [href, button_id, rule_id] });
  });

/** Rows of one unit of a rate limit: the beacon of a visitor has a few events, the beacons of a flood are full. */
const ROWS_A_UNIT = 100;

/** At least one: a request costs something whatever is in it. */
export const unitsOfRows = (rows: number): number => Math.max(1, Math.ceil(rows / ROWS_A_UNIT));
