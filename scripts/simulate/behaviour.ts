// Events of the optional measurements on a page view: scroll steps, web vitals, media, forms, heatmaps.
import type { Action, Behaviour, Form, Layout, Page, Video, Width } from "./config.ts";
import type { Person } from "./people.ts";
import type { Random } from "./random.ts";

/** An event of a page view: its delay in milliseconds, and the fields of POST /api/events. */
export interface Happening {
  after: number;
  words: { event_type: string; [word: string]: unknown };
}

/** A page view. */
export interface View {
  page: Page;
  person: Person;
  /** Duration in milliseconds. */
  read: number;
  /** Deepest scroll, percent. */
  depth: number;
  /** Where actions were clicked. */
  clicks: readonly Place[];
  /** The page as the person's browser lays it out, if known. */
  layout: Layout | undefined;
}

/** CSS pixels from the left and the top of a page. */
export interface Place {
  x: number;
  y: number;
}

const STEPS = [25, 50, 75, 90, 100];
const COLUMNS = 24;
const ROW_PX = 40;
const MOST_ROWS = 250;
/** The same page on a narrow screen is longer. */
const LONGER = { phone: 1.9, tablet: 1.25, desktop: 1 } as const;

const pixelsOf = ({ screen }: Person): number => Number(screen.split("x")[0]);

export const widthOf = (person: Person): Width => {
  const pixels = pixelsOf(person);
  if (pixels < 640) return "phone";
  return pixels < 1024 ? "tablet" : "desktop";
};

/** Where an action is clicked on the person's screen: at its element, or else at its `at`. */
export function placeOn(
  person: Person,
  { selector, at }: Pick<Action, "at"> & { selector?: unknown },
  layout: Layout | undefined,
): Place | undefined {
  if (!at) return undefined;
  const target = layout?.targets.find((one) => one.selector !== undefined && one.selector === selector);
  const [x, y] = target ? [target.x, target.y] : [at[0], at[1] * LONGER[widthOf(person)]];
  return { x: Math.round((pixelsOf(person) * x) / 100), y: Math.round(y) };
}

function scrollSteps({ read, depth }: View): Happening[] {
  return STEPS.filter((percent) => percent <= depth).map((percent) => ({
    after: Math.floor((read * percent) / (depth + 10)),
    words: { event_type: "scroll", props: { percent } },
  }));
}

/** Good up to the first number, poor above the second: https://web.dev/articles/vitals. */
const VITALS = {
  LCP: { phone: 2150, desktop: 1350, spread: 0.42, bounds: [2500, 4000] },
  INP: { phone: 145, desktop: 62, spread: 0.6, bounds: [200, 500] },
  CLS: { phone: 0.05, desktop: 0.028, spread: 0.95, bounds: [0.1, 0.25] },
  FCP: { phone: 1450, desktop: 850, spread: 0.4, bounds: [1800, 3000] },
  TTFB: { phone: 520, desktop: 290, spread: 0.55, bounds: [800, 1800] },
} as const;

function webVitals({ page, person, read }: View, random: Random): Happening[] {
  return Object.entries(VITALS).map(([metric, { phone, desktop, spread, bounds }]) => {
    const median = (widthOf(person) === "desktop" ? desktop : phone) * page.heavy;
    const drawn = random.logNormal(median, spread);
    const value = metric === "CLS" ? Math.round(drawn * 1e4) / 1e4 : Math.round(drawn);
    const rating = value <= bounds[0] ? "good" : value <= bounds[1] ? "needs-improvement" : "poor";
    return { after: read, words: { event_type: "web_vital", props: { metric, value, rating } } };
  });
}

const MARKS = [
  [25, "media_25"],
  [50, "media_50"],
  [75, "media_75"],
  [100, "media_complete"],
] as const;

function film({ media, kind, seconds, keep }: Video, read: number, random: Random): Happening[] {
  const start = Math.floor(read * 0.1);
  const tell = (event_type: string, played: number): Happening => ({
    after: Math.min(read, start + Math.round(played * 1000)),
    words: { event_type, props: { media, kind, seconds: Math.round(played) } },
  });
  const told = [tell("media_play", 0)];
  for (const [percent, event_type] of MARKS) {
    const played = (seconds * percent) / 100;
    // A person who has left the page or lost interest does not reach the next mark.
    if (start + played * 1000 > read || !random.chance(keep)) {
      told.push(tell("media_pause", Math.min((read - start) / 1000, played - (seconds / 4) * random.unit())));
      break;
    }
    told.push(tell(event_type, played));
  }
  return told;
}

function formOn({ form, fields, finish }: Form, read: number, random: Random): Happening[] {
  const told: Happening[] = [];
  const sent = random.chance(finish);
  // People abandon a form more often late than early, because later fields ask for more.
  const last = sent ? fields.length - 1 : Math.floor(Math.sqrt(random.unit()) * fields.length);
  const step = (read * 0.8) / (fields.length + 1);
  fields.slice(0, last + 1).forEach((field, index) => {
    const after = Math.floor(read * 0.15 + index * step);
    if (index === 0) told.push({ after, words: { event_type: "form_start", props: { form } } });
    told.push({ after, words: { event_type: "field_focus", props: { form, field } } });
    const seconds = Math.round((step / 1000) * (0.3 + 0.6 * random.unit()) * 10) / 10;
    told.push({
      after: after + Math.round(seconds * 1000),
      words: { event_type: "field_blur", props: { form, field, seconds } },
    });
  });
  told.push(
    sent
      ? { after: Math.floor(read * 0.97), words: { event_type: "form_submit", props: { form } } }
      : { after: read, words: { event_type: "form_abandon", props: { form, field: fields[last] } } },
  );
  return told;
}

/** Cells of the grid as the tracker writes them: `col,row,count;…` in base 36. */
function toCells(places: readonly { col: number; row: number }[], most: number): string {
  const counts = new Map<string, number>();
  for (const { col, row } of places) {
    const cell = `${col.toString(36)},${Math.min(MOST_ROWS - 1, row).toString(36)}`;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts]
    .slice(0, most)
    .map(([cell, count]) => `${cell},${count.toString(36)}`)
    .join(";");
}

/** Clicks and taps of a page view beside its actions: fingers also scroll, zoom and miss, so there are more of them. */
const PRESSES = { phone: 6, tablet: 8, desktop: 4.5 } as const;
/** How much more often than on a desktop a view is summarised: fewer people come with a tablet. */
const SUMMARISED = { phone: 1.3, tablet: 2.9, desktop: 1 } as const;
/** Share of presses that meet text or nothing at all. */
const ASTRAY = 0.16;

/** Presses on what the page has within sight, most of them on what is pressed most. */
function pressesOn({ person, layout, read }: View, seen: number, random: Random): Place[] {
  const inSight = layout?.targets.filter(({ y }) => y <= seen) ?? [];
  if (inSight.length === 0) return [];
  const pixels = pixelsOf(person);
  // Whoever reads longer presses more, but not in proportion.
  const mean = PRESSES[widthOf(person)] * Math.min(2, Math.sqrt(read / 30_000));
  return Array.from({ length: random.poisson(mean) }, () => {
    if (random.chance(ASTRAY)) return { x: pixels * (0.1 + 0.8 * random.unit()), y: seen * random.unit() };
    const { x, y } = random.weighted(inSight, ({ weight }) => weight);
    return { x: (pixels * x) / 100 + 24 * (random.unit() - 0.5), y: y + 16 * (random.unit() - 0.5) };
  });
}

function heatmap(view: View, random: Random): Happening {
  const { page, person, read, depth, layout } = view;
  const width = widthOf(person);
  const height = layout?.height ?? page.height * LONGER[width];
  const seen = (height * depth) / 100;
  const near = (middle: number, spread: number, most: number): number =>
    Math.max(0, Math.min(most, Math.round(middle + spread * (random.unit() + random.unit() - 1))));
  const clicks = [...view.clicks, ...pressesOn(view, seen, random)].map(({ x, y }) => ({
    col: Math.max(0, Math.min(COLUMNS - 1, Math.floor((x / pixelsOf(person)) * COLUMNS))),
    row: Math.max(0, Math.floor(y / ROW_PX)),
  }));
  // A finger does not move without touching. A mouse rests near the current line and near clickable elements.
  const moves = width === "desktop" ? Math.min(70, Math.round(read / 900)) : 0;
  const moved = Array.from({ length: moves }, (_, i) => {
    const target = clicks.length > 0 && random.chance(0.3) ? random.pick(clicks) : null;
    return target
      ? { col: near(target.col, 3, COLUMNS - 1), row: near(target.row, 3, MOST_ROWS) }
      : { col: near(COLUMNS * 0.42, 8, COLUMNS - 1), row: near((seen * i) / moves / ROW_PX, 6, MOST_ROWS) };
  });
  return {
    after: read,
    words: {
      event_type: "heatmap",
      props: {
        width,
        ...(clicks.length > 0 ? { clicks: toCells(clicks, 80) } : {}),
        ...(moved.length > 0 ? { moves: toCells(moved, 120) } : {}),
        to: depth,
      },
    },
  };
}

/** All events of the optional measurements on a view, unordered. */
export function behaviourOn(behaviour: Behaviour, view: View, random: Random): Happening[] {
  const { page, read } = view;
  return [
    ...(random.chance(behaviour.scroll_steps) ? scrollSteps(view) : []),
    ...(page.video && random.chance(page.video.chance) ? film(page.video, read, random) : []),
    ...(page.form && random.chance(page.form.chance) ? formOn(page.form, read, random) : []),
    ...(random.chance(behaviour.web_vitals) ? webVitals(view, random) : []),
    ...(random.chance(behaviour.heatmaps * SUMMARISED[widthOf(view.person)]) ? [heatmap(view, random)] : []),
  ];
}
