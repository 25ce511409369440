// Columns that are made of other columns when a frame is read: buckets of numbers, groups of pages.
import { durationBucketFor, scrollBucketFor } from "./ask/buckets";
import type { PageGroup } from "./ask/path-groups";
import type { Floor, Frame, TextColumn } from "./frame";

interface Derived {
  table: "visits" | "actions";
  /** Columns that it is made of. */
  needs: readonly string[];
  make: (frame: Frame, pageGroup: PageGroup | null) => TextColumn;
}

/** A column with the label of each number; rows without a number have none. */
function labelled(rows: number, numberOf: (row: number) => number | null, labelOf: (n: number) => string): TextColumn {
  const values = [""];
  const known = new Map<string, number>();
  const codes = new Uint16Array(rows);
  for (let row = 0; row < rows; row++) {
    const number = numberOf(row);
    if (number === null) continue;
    const label = labelOf(number);
    let code = known.get(label);
    if (code === undefined) {
      code = values.push(label) - 1;
      known.set(label, code);
    }
    codes[row] = code;
  }
  return { codes, values };
}

/** The deepest scroll of each page view in percent, and null for every other row. */
function depths({ actions }: Frame): (row: number) => number | null {
  const sums = Float64Array.from(actions.numbers.get("scroll_sum")!);
  const seen = Float64Array.from(actions.numbers.get("scroll_views")!);
  const view = actions.numbers.get("view")!;
  const pageview = actions.numbers.get("pageview")!;
  for (let row = 0; row < actions.rows; row++) {
    if (view[row] === 0) continue;
    const place = row - view[row]!;
    sums[place] = sums[place]! + sums[row]!;
    seen[place] = seen[place]! + seen[row]!;
  }
  return (row) => (pageview[row] === 1 && seen[row]! > 0 ? Math.min(100, Math.max(0, sums[row]!)) : null);
}

function grouped({ texts }: Floor, column: string, pageGroup: PageGroup | null): TextColumn {
  const { codes, values } = texts.get(column)!;
  const labels = [""];
  const known = new Map<string, number>();
  const codeOf = values.map((page, code) => {
    const label = code === 0 ? null : pageGroup ? pageGroup(page) : page;
    if (label === null) return 0;
    const found = known.get(label);
    if (found !== undefined) return found;
    known.set(label, labels.length);
    return labels.push(label) - 1;
  });
  return { codes: codes.map((code) => codeOf[code]!) as TextColumn["codes"], values: labels };
}

/** What stands for the page before the first, and for the one after the last. */
export const ENTRY = "(entry)";
export const EXIT = "(exit)";
const NO_PAGE = "(none)";

/**
 * The page before or after that of each page view in its visit. Views of one page that follow each other are one, as in
 * journeys. Other events have none.
 */
function besides({ visits, actionsOf, actions }: Frame, direction: 1 | -1, end: string): TextColumn {
  const page = actions.texts.get("page")!;
  const pageview = actions.numbers.get("pageview")!;
  // What stands for no page has a code too, which 0 is not here.
  const values = ["", end, NO_PAGE, ...page.values.slice(1)];
  const codes = values.length > 65_536 ? new Uint32Array(actions.rows) : new Uint16Array(actions.rows);
  for (let visit = 0; visit < visits.rows; visit++) {
    const [first, last] = [actionsOf[visit]!, actionsOf[visit + 1]! - 1];
    let before = 1;
    let own = -1;
    // From the side on which the other page lies.
    for (let action = direction === 1 ? first : last; action >= first && action <= last; action += direction) {
      if (pageview[action] !== 1) continue;
      const code = page.codes[action]!;
      if (own >= 0 && code !== own) before = own + 2;
      own = code;
      codes[action] = before;
    }
  }
  return { codes, values };
}

const SCROLL = ["scroll_sum", "scroll_views", "view", "pageview"];

/** The value of `purpose` for what a visitor did on purpose. */
export const INTERACTIVE = "interactive";

export const DERIVED: Readonly<Record<string, Derived>> = {
  scroll_depth: {
    table: "actions",
    needs: SCROLL,
    make: (frame) => labelled(frame.actions.rows, depths(frame), (depth) => String(Math.round(depth))),
  },
  scroll_bucket: {
    table: "actions",
    needs: SCROLL,
    make: (frame) => labelled(frame.actions.rows, depths(frame), scrollBucketFor),
  },
  duration_bucket: {
    table: "visits",
    needs: ["duration"],
    make: (frame) => {
      const duration = frame.visits.numbers.get("duration")!;
      return labelled(frame.visits.rows, (row) => duration[row]!, durationBucketFor);
    },
  },
  previous_page: {
    table: "actions",
    needs: ["page", "pageview"],
    make: (frame) => besides(frame, 1, ENTRY),
  },
  next_page: {
    table: "actions",
    needs: ["page", "pageview"],
    make: (frame) => besides(frame, -1, EXIT),
  },
  purpose: {
    table: "actions",
    needs: ["interactive"],
    make: ({ actions }) => {
      const interactive = actions.numbers.get("interactive")!;
      return labelled(
        actions.rows,
        (row) => interactive[row] || null,
        () => INTERACTIVE,
      );
    },
  },
  page_group: {
    table: "actions",
    needs: ["page"],
    make: ({ actions }, pageGroup) => grouped(actions, "page", pageGroup),
  },
  entry_page_group: {
    table: "visits",
    needs: ["entry_page"],
    make: ({ visits }, pageGroup) => grouped(visits, "entry_page", pageGroup),
  },
  exit_page_group: {
    table: "visits",
    needs: ["exit_page"],
    make: ({ visits }, pageGroup) => grouped(visits, "exit_page", pageGroup),
  },
};

/** Makes the derived columns among some names, anew: groups of pages may have changed. */
export function derive(frame: Frame, names: Iterable<string>, pageGroup: PageGroup | null): void {
  for (const name of names) {
    const derived = Object.hasOwn(DERIVED, name) ? DERIVED[name] : undefined;
    if (derived) frame[derived.table].texts.set(name, derived.make(frame, pageGroup));
  }
}
