// The task `analysis`: closes the local days that are over. Of one property it may be asked to make some days anew.
import type { RunReport } from "../../domain/runs/run";
import { localDate } from "../../domain/time/zone";
import { VISIT_GAP } from "../../domain/visits/visit";
import type { Task } from "../../jobs/steps";
import { reopenStatements } from "../../storage/analysis/day-list";
import { openDays } from "../../storage/analysis/open-days";
import { siteIds } from "../../storage/lake/listing";
import { loadProperty } from "../../storage/properties/properties";
import { type Closed, closeLakeDay } from "./close";

/** Days of a run, each read and written whole; the next hour takes the rest, the latest days first. */
const MOST_DAYS = 400;
/** Days of a step. */
const DAYS_AT_ONCE = 10;

interface Open {
  site_id: string;
  days: string[];
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

/** @throws when a property's days could not be closed, after all others were tried. */
export const analysis: Task = async (env, steps, { site_id, from, to }): Promise<RunReport> => {
  const report = { days: 0, visits: 0, actions: 0 };
  const portions = await steps.do("choose days", async (note) => {
    const ids = site_id === null ? await siteIds(env.DB) : [site_id];
    const open: Open[] = [];
    let left = MOST_DAYS;
    for (const id of ids) {
      const property = await loadProperty(env.DB, id);
      if (!property || left <= 0) continue;
      if (from !== undefined && to !== undefined)
        await env.DB.batch(reopenStatements(env.DB, id, { from, to }, Date.now()));
      // A visit may still be going on at midnight.
      const today = localDate(Date.now() - VISIT_GAP, property.timezone);
      const days = (await openDays(env.DB, id, today)).slice(-left);
      left -= days.length;
      for (let at = 0; at < days.length; at += DAYS_AT_ONCE)
        open.push({ site_id: id, days: days.slice(at, at + DAYS_AT_ONCE) });
    }
    note(`${MOST_DAYS - left} days`);
    return open;
  });
  const failures: unknown[] = [];
  for (const [i, portion] of portions.entries())
    try {
      const work = async (note: (text: string) => void) => {
        const done: { day: string; closed: Closed }[] = [];
        for (const day of portion.days)
          done.push({ day, closed: await closeLakeDay(env, portion.site_id, day, Date.now()) });
        note(noteOf(done));
        return done.map(({ closed }) => closed);
      };
      for (const closed of await steps.do(`prepare ${i + 1}`, work, portion.site_id)) {
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
};
