// Builds a frame from tables of days, one table after the other.
import type { Page } from "../../lake/column-pages";
import type { Floor, Frame, Wanted } from "../frame";
import { ALL_PROPS, NumberFiller, newNumbers, PROP, StartFiller, TextFiller, VisitorFiller } from "./columns";

/** A day of a frame, and how many rows its tables have. */
export interface DayRows {
  date: string;
  visits: number;
  actions: number;
}

/** Pages by the name of their column. A column that is not there has no values. */
export type Pages = Readonly<Record<string, readonly Page[]>>;

type Table = "visits" | "actions";

const toText = (value: unknown): string | null => (value == null ? null : (value as string));

const toJson = (value: unknown): string | null => (value == null ? null : JSON.stringify(value));

/** The value of a prop, as text. */
const propOf =
  (key: string) =>
  (props: unknown): string | null => {
    const value = props != null && Object.hasOwn(props, key) ? (props as Record<string, unknown>)[key] : null;
    return value == null ? null : String(value);
  };

interface Filling {
  /** The column that is read. */
  stored: string;
  filler: { add(page: Page): void };
}

class FloorBuilder {
  private readonly rows: number;
  private readonly texts = new Map<string, TextFiller>();
  private readonly numbers = new Map<string, NumberFiller>();
  readonly fillings: Filling[] = [];

  constructor(names: ReadonlySet<string>, rows: number) {
    this.rows = rows;
    for (const name of names) {
      const numbers = newNumbers(name, rows);
      if (numbers) this.numbers.set(name, this.fill(name, new NumberFiller(numbers)));
      else if (name.startsWith(PROP))
        this.texts.set(name, this.fill("props", new TextFiller(rows, propOf(name.slice(PROP.length)))));
      else this.texts.set(name, this.fill(name, new TextFiller(rows, name === ALL_PROPS ? toJson : toText)));
    }
  }

  fill<Filler extends Filling["filler"]>(stored: string, filler: Filler): Filler {
    this.fillings.push({ stored, filler });
    return filler;
  }

  /** Adds the columns to those that a floor has. */
  addTo(floor: Floor | undefined): Floor {
    const { rows } = this;
    const { texts, numbers } = floor ?? { texts: new Map(), numbers: new Map() };
    for (const [name, { column }] of this.texts) texts.set(name, column);
    for (const [name, { column }] of this.numbers) numbers.set(name, column);
    return { rows, texts, numbers };
  }
}

export class FrameBuilder {
  private readonly days: readonly DayRows[];
  private readonly base: Frame | null;
  private readonly floors: Record<Table, FloorBuilder>;
  private readonly visitors: VisitorFiller | null = null;
  private readonly starts: StartFiller | null = null;

  /** @param base a frame of the same days that is to get more columns; null for a new one. */
  constructor(days: readonly DayRows[], wanted: Wanted, base: Frame | null) {
    this.days = days;
    this.base = base;
    const rowsOf = (table: Table) => days.reduce((sum, day) => sum + day[table], 0);
    const visits = rowsOf("visits");
    this.floors = {
      visits: new FloorBuilder(wanted.visits, visits),
      actions: new FloorBuilder(wanted.actions, rowsOf("actions")),
    };
    if (base) return;
    this.visitors = this.floors.visits.fill("visitor_id", new VisitorFiller(visits));
    this.starts = this.floors.visits.fill("actions", new StartFiller(visits));
  }

  /** The columns of a table that must be read. */
  storedOf(table: Table): Set<string> {
    return new Set(this.floors[table].fillings.map(({ stored }) => stored));
  }

  /** Adds a table; those of each kind must come in the order of the days. */
  add(table: Table, pages: Pages): void {
    if (table === "visits") this.visitors?.startDay();
    for (const { stored, filler } of this.floors[table].fillings)
      for (const page of pages[stored] ?? []) filler.add(page);
  }

  build(): Frame {
    const { days, base, floors } = this;
    if (base) {
      floors.visits.addTo(base.visits);
      floors.actions.addTo(base.actions);
      return base;
    }
    const visitsOf = new Uint32Array(days.length + 1);
    days.forEach(({ visits }, i) => {
      visitsOf[i + 1] = visitsOf[i]! + visits;
    });
    const actionsOf = this.starts!.starts;
    const visits = floors.visits.addTo(undefined);
    const actions = floors.actions.addTo(undefined);
    const expected = actionsOf[visits.rows]!;
    if (actions.rows !== expected)
      throw new Error(`tables of ${days[0]?.date} and later have ${actions.rows} actions, and visits name ${expected}`);
    const dates = days.map(({ date }) => date);
    return { dates, visitsOf, actionsOf, visitors: this.visitors!.visitors, visits, actions };
  }
}
