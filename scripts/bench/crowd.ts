// A crowd: hundreds of thousands of visitors on one site, step by step in order of time, and their plain count.
// Everything follows from the number of the step, so that the Worker can generate it itself.

export interface View {
  id: string;
  visitor: number;
  time: number;
  page: string;
  country: string;
}

export interface CrowdPlan {
  /** Midnight (ms, UTC) of the day on which all visitors come. */
  midnight: number;
  /** Steps of that day, each as long as the others; and those of the next day. */
  steps: number;
  after: number;
  newcomers: number;
}

/** The step after the last of the first day is the first of the next. */
export const lastStep = ({ steps, after }: CrowdPlan): number => steps + after;

const DAY = 86_400_000;
const GAP = 30 * 60_000;
const SECOND_PAGE = 40_000;
const PAGES = ["/", "/pricing", "/blog/how-we-count-visitors", "/docs/getting-started/installation-of-the-tracker"];
const COUNTRIES = ["CH", "DE", "FR", "US", "IN"];
const pageOf = (n: number): string => PAGES[n % PAGES.length]!;

/** The page views of a step. */
export function viewsOf(plan: CrowdPlan, step: number): View[] {
  const { midnight, steps, newcomers } = plan;
  const length = DAY / steps;
  const views: View[] = [];
  const see = (from: number, i: number, after: number, nth: number, page: string): void => {
    const visitor = from * newcomers + i;
    const time = Math.floor(midnight + step * length + ((i / newcomers) * length) / 2 + after);
    views.push({ id: `${visitor}-${nth}`, visitor, time, page, country: COUNTRIES[visitor % COUNTRIES.length]! });
  };
  const isDay = step < steps;
  /** Every `every`th visitor who came so many steps ago returns. */
  const again = (ago: number, every: number, rest: number, nth: number, page: (i: number) => string): void => {
    const from = step - ago;
    if (from < 0 || from >= steps) return;
    for (let i = rest; i < newcomers; i += every) see(from, i, 0, nth, page(i));
  };
  for (let i = 0; isDay && i < newcomers; i += 1) {
    see(step, i, 0, 0, pageOf(i));
    if (i % 4 === 0) see(step, i, SECOND_PAGE, 1, pageOf(i + 1));
  }
  // After 29 minutes, in the same visit, over midnight too; after hours, in a visit of its own, on a page of before or not.
  again(Math.floor((29 * 60_000) / length), 10, 3, 2, (i) => pageOf(i + 2));
  again(Math.floor(steps / 5), 8, 1, 3, (i) => pageOf(i + 1));
  again(Math.floor((steps * 2) / 5), 16, 2, 4, pageOf);
  return views.sort((a, b) => a.time - b.time);
}

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
/** Sums by name: `2026-11-20 visits`. */
export type Sums = Record<string, number>;
export const addTo = (sums: Sums, name: string, by: number): void => {
  sums[name] = (sums[name] ?? 0) + by;
};

/** Counts every event one by one. */
export function countPlainly(plan: CrowdPlan): Sums {
  const byVisitor = new Map<number, View[]>();
  for (let step = 0; step < lastStep(plan); step += 1)
    for (const view of viewsOf(plan, step)) byVisitor.set(view.visitor, [...(byVisitor.get(view.visitor) ?? []), view]);
  const sums: Sums = {};
  for (const views of byVisitor.values()) {
    const seen = new Set<string>();
    const first = (name: string): void => {
      if (!seen.has(name)) addTo(sums, name, 1);
      seen.add(name);
    };
    const visits: View[][] = [];
    for (const view of views) {
      const date = dateOf(view.time);
      addTo(sums, `${date} pageviews`, 1);
      first(`${date} visitors`);
      first(`${date} page ${view.page}`);
      first(`${date} country ${view.country}`);
      const visit = visits.at(-1);
      if (visit && view.time - visit.at(-1)!.time <= GAP) visit.push(view);
      else visits.push([view]);
    }
    for (const visit of visits) {
      const [from, to] = [visit[0]!, visit.at(-1)!];
      const date = dateOf(from.time);
      addTo(sums, `${date} visits`, 1);
      addTo(sums, `${date} bounces`, visit.length === 1 ? 1 : 0);
      addTo(sums, `${date} seconds`, Math.floor(to.time / 1000) - Math.floor(from.time / 1000));
      first(`${date} exit ${to.page}`);
    }
  }
  return sums;
}
