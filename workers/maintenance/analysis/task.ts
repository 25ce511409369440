// The task `analysis`: closes the local days that are over. Of one property it may be asked to make some days anew.

import { MOST_PARTS, PART_EVENTS } from "../../domain/analysis/zone/parts";
import type { RunReport } from "../../domain/runs/run";
import type { TaskParams } from "../../domain/runs/run-params";
import { localDate } from "../../domain/time/zone";
import { VISIT_GAP } from "../../domain/visits/visit";
import type { Steps, Task } from "../../jobs/steps";
import { inTurns } from "../../jobs/turns";
import { reopenStatements } from "../../storage/analysis/day-list";
import { mostPartsIn, readDaySizes } from "../../storage/analysis/day-sizes";
import { openDays } from "../../storage/analysis/open-days";
import { siteIds } from "../../storage/lake/listing";
import { loadProperty } from "../../storage/properties/properties";
import { type Closed, closeLakeDay, listParts, type WrittenPart, writePart } from "./close";

/** Days of a run, each read and written whole: the latest first, and the next run takes the rest. */
const MOST_DAYS = 1_000;
/** Days of a step. */
const DAYS_AT_ONCE = 10;
/** Parts of large days of a run, each a step, since it reads the whole day. */
const MOST_PARTS_OF_RUN = 400;

/** Days of a step; or, with more than one part, a large day. */
interface Portion {
  site_id: string;
  days: string[];
  parts: number;
}

/** The days in portions, in their order, the large ones alone. */
function toPortions(siteId: string, days: readonly { day: string; parts: number }[]): Portion[] {
  const portions: Portion[] = [];
  let small: Portion | null = null;
  for (const { day, parts } of days) {
    if (parts > 1) portions.push({ site_id: siteId, days: [day], parts });
    else if (small && small.days.length < DAYS_AT_ONCE) small.days.push(day);
    else {
      small = { site_id: siteId, days: [day], parts: 1 };
      portions.push(small);
    }
  }
  return portions;
}

/** What became of some days, for the run log. */
function noteOf(done: readonly { day: string; closed: Closed }[]): string {
  const of = (outcome: Closed["outcome"]) => done.filter(({ closed }) => closed.outcome === outcome);
  const large = of("too large").map(({ day }) => day);
  return [
    `${of("closed").length} of ${done.length} days prepared`,
    ...(of("waits").length > 0 ? [`${of("waits").length} wait for the pipeline`] : []),
    ...(large.length > 0 ? [`too many events on ${large.join(", ")}`] : []),
  ].join("; ");
}

/** Closes the days of a portion in one step. */
const closeDays = (env: Cloudflare.Env, steps: Steps, name: string, { site_id, days }: Portion): Promise<Closed[]> =>
  steps.do(
    name,
    async (note) => {
      const done: { day: string; closed: Closed }[] = [];
      for (const day of days) done.push({ day, closed: await closeLakeDay(env, site_id, day, Date.now()) });
      note(noteOf(done));
      return done.map(({ closed }) => closed);
    },
    site_id,
  );

/** Closes a large day in a step for each part, and one that lists them. */
async function closeLargeDay(
  env: Cloudflare.Env,
  steps: Steps,
  name: string,
  { site_id, days, parts }: Portion,
): Promise<Closed[]> {
  const day = days[0]!;
  const written: WrittenPart[] = [];
  for (let part = 0; part < parts && (part === 0 || written.at(-1)?.outcome === "written"); part++)
    written.push(
      await steps.do(
        `${name}, part ${part + 1} of ${parts}`,
        () => writePart(env, site_id, day, { part, parts }, Date.now()),
        site_id,
      ),
    );
  const list = async (note: (text: string) => void) => {
    const closed = await listParts(env, site_id, day, written, Date.now());
    note(noteOf([{ day, closed }]));
    return [closed];
  };
  return steps.do(`${name}, all parts`, list, site_id);
}

/** The days of a property that are over and open, the latest first: screens ask for these. */
async function openPortions(
  env: Cloudflare.Env,
  siteId: string,
  timezone: string,
  left: { days: number; parts: number },
  size: number,
): Promise<Portion[]> {
  // A visit may still be going on at midnight.
  const today = localDate(Date.now() - VISIT_GAP, timezone);
  const days = (await openDays(env.DB, siteId, today)).slice(-left.days);
  if (days.length === 0) return [];
  const sizes = await readDaySizes(env.DB, siteId, [{ from: days[0]!, to: days.at(-1)! }]);
  const chosen: { day: string; parts: number }[] = [];
  for (const day of days.reverse()) {
    const parts = mostPartsIn(sizes, { from: day, to: day }, size);
    // However large the first is, its turn comes.
    if (parts > 1 && parts > left.parts && left.parts < MOST_PARTS_OF_RUN) continue;
    left.days -= 1;
    // A day that is too large is refused by its first part.
    if (parts > 1) left.parts -= parts > MOST_PARTS ? 1 : parts;
    chosen.push({ day, parts });
  }
  return toPortions(siteId, chosen);
}

/** @param size events of a part. @throws when a property's days could not be closed, after all others were tried. */
export async function closeOpenDays(
  env: Cloudflare.Env,
  steps: Steps,
  { site_id, from, to }: TaskParams,
  size = PART_EVENTS,
): Promise<RunReport> {
  const report = { days: 0, visits: 0, actions: 0 };
  const portions = await steps.do("choose days", async (note) => {
    const ids = site_id === null ? await siteIds(env.DB) : [site_id];
    const open: Portion[] = [];
    const left = { days: MOST_DAYS, parts: MOST_PARTS_OF_RUN };
    for await (const id of inTurns(ids)) {
      const property = await loadProperty(env.DB, id);
      if (!property || left.days <= 0) continue;
      if (from !== undefined && to !== undefined)
        await env.DB.batch(reopenStatements(env.DB, id, { from, to }, Date.now()));
      open.push(...(await openPortions(env, id, property.timezone, left, size)));
    }
    note(`${MOST_DAYS - left.days} days`);
    return open;
  });
  const failures: unknown[] = [];
  for (const [i, portion] of portions.entries())
    try {
      const close = portion.parts > 1 ? closeLargeDay : closeDays;
      for (const closed of await close(env, steps, `prepare ${i + 1}`, portion)) {
        if (closed.outcome !== "closed") continue;
        report.days += 1;
        report.visits += closed.visits;
        report.actions += closed.actions;
      }
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0)
    throw new Error(`${failures.length} portions of days could not be prepared: ${String(failures[0])}`);
  return report;
}

export const analysis: Task = (env, steps, params) => closeOpenDays(env, steps, params);
