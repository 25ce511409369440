// Which counts have rows of their own where a day has reached its caps or was shed (domain/properties/caps.ts), as the folds
// decide it (storage/counts/fold.ts). What D1 keeps and what the lake says are brought into this form before they are
// compared: sums under `(other)` are exact, and so is every value that has a row where nothing was summed for want of budget.
import type { Facts } from "../events/catalog";
import { DETAILS, NETWORK_PAGE, OF_NAME, PACKED } from "./details";
import { emptyRollup, merge, type Rollup, TOTAL } from "./rollup";
import { OTHER, PROP, unpack } from "./value";

/** A day of a dimension to which no value without a row is added. `part` is a key of props, or empty. */
export interface ClosedDay {
  site_id: string;
  dimension: string;
  day: string;
  part: string;
}

/** What of a day is summed for want of budget; runs/row-budget.ts says what each means. */
export type ShedLevel = 0 | 1 | 2 | 3;

export interface CappedDays {
  closed: readonly ClosedDay[];
  /** By local day. */
  shed: ReadonlyMap<string, ShedLevel>;
}

const hasPrefix = (prefixes: readonly string[]) => (dimension: string) =>
  prefixes.some((prefix) => dimension.startsWith(prefix));
const isOfName = hasPrefix(OF_NAME);
const isPacked = hasPrefix(PACKED);
const isDetail = hasPrefix(DETAILS);

/** Where the details of all names are summed: `prop/x` → `prop/(other)`. */
const familyOf = (dimension: string): string =>
  isOfName(dimension) ? `${dimension.slice(0, dimension.indexOf("/") + 1)}${OTHER}` : dimension;

/** The values with a row, as `dimension day value`; those of packed rows, too. */
export type Admitted = ReadonlySet<string>;
export const admittedKey = (dimension: string, day: string, value: string): string =>
  JSON.stringify([dimension, day, value]);

type Place = [dimension: string, value: string];

/** Where the counts of a value are, on one day. */
class Routes {
  private readonly closed: Set<string>;
  private readonly keys = new Set<string>();
  private readonly places = new Set<string>();

  constructor(
    private readonly id: string,
    private readonly capped: CappedDays,
    private readonly admitted: Admitted,
  ) {
    this.closed = new Set(
      capped.closed
        .filter(({ site_id }) => site_id === id)
        .map(({ dimension, day, part }) => admittedKey(dimension, day, part)),
    );
    for (const key of admitted) {
      const [dimension, day, value] = JSON.parse(key) as [string, string, string];
      if (dimension.startsWith("prop/")) this.keys.add(admittedKey(dimension, day, PROP.split(value)[0]));
      if (isPacked(dimension)) this.places.add(admittedKey(dimension, day, unpack(value).place));
    }
  }

  /** True if the day has counts that are not under their own values. */
  isCapped(day: string): boolean {
    return this.capped.shed.has(day) || this.capped.closed.some((one) => one.site_id === this.id && one.day === day);
  }

  placeOf(dimension: string, day: string, value: string): Place {
    const own: Place = [dimension, value];
    if (dimension === TOTAL) return own;
    const level = this.capped.shed.get(day) ?? 0;
    const isSummed = level === 3 || (isDetail(dimension) && (level > 0 || this.isOfClosedNames(dimension, day)));
    if (isSummed) return [familyOf(dimension), OTHER];
    if (value === OTHER) return own;
    if (dimension.startsWith("prop/")) return [dimension, this.propOf(dimension, day, value)];
    if (level < 2 && !this.isClosed(dimension, day, "")) return own;
    // Its pages may be in a packed row, in rows of their own where that is full, or nowhere.
    if (dimension === NETWORK_PAGE) return [dimension, OTHER];
    const isKnown = isPacked(dimension)
      ? this.places.has(admittedKey(dimension, day, unpack(value).place))
      : this.admitted.has(admittedKey(dimension, day, value));
    return isKnown ? own : [dimension, OTHER];
  }

  private isClosed(dimension: string, day: string, part: string): boolean {
    return this.closed.has(admittedKey(dimension, day, part));
  }

  /** Details of a name that got its row in the fold that closed the day are partly summed. */
  private isOfClosedNames(dimension: string, day: string): boolean {
    return isOfName(dimension) && this.isClosed("name", day, "");
  }

  private propOf(dimension: string, day: string, value: string): string {
    if (this.admitted.has(admittedKey(dimension, day, value))) return value;
    const [key] = PROP.split(value);
    if (this.isClosed(dimension, day, "") && !this.keys.has(admittedKey(dimension, day, key)))
      return PROP.join(OTHER, OTHER);
    return this.isClosed(dimension, day, key) ? PROP.join(key, OTHER) : value;
  }
}

function addTo(into: Rollup, [dimension, value]: Place, day: string, facts: Facts): void {
  merge(into, { hours: new Map(), days: new Map([[dimension, new Map([[day, new Map([[value, facts]])]])]]) });
}

/** The counts under the values that have rows. The given rollup stays as it is. */
function routed(rollup: Rollup, routes: Routes): Rollup {
  const into: Rollup = { ...emptyRollup(), hours: rollup.hours };
  for (const [dimension, dates] of rollup.days)
    for (const [day, values] of dates) {
      const isCapped = routes.isCapped(day);
      if (isCapped) for (const [value, facts] of values) addTo(into, routes.placeOf(dimension, day, value), day, facts);
      else {
        const own = into.days.get(dimension) ?? new Map<string, Map<string, Facts>>();
        into.days.set(dimension, own.set(day, values));
      }
    }
  return into;
}

/** The same for all ids of a property. Nothing changes where no day is capped. */
export function asCapped(
  rollups: ReadonlyMap<string, Rollup>,
  capped: CappedDays,
  admitted: ReadonlyMap<string, Admitted>,
): Map<string, Rollup> {
  if (capped.closed.length === 0 && capped.shed.size === 0) return new Map(rollups);
  return new Map(
    [...rollups].map(([id, rollup]) => [id, routed(rollup, new Routes(id, capped, admitted.get(id) ?? new Set()))]),
  );
}
