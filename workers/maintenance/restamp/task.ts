// The task `restamp`: marked days one by one, each a step. A day whose visits go on marks the next one, which a later
// round takes.
import { reasonOf } from "../../domain/requests/describe-error";
import { firstKeptDay } from "../../domain/runs/rebuild";
import type { RunReport } from "../../domain/runs/run";
import { localDate, startOfDate } from "../../domain/time/zone";
import type { Task } from "../../jobs/steps";
import { type MarkedDay, markedDays, unmarkBefore, unmarkDay } from "../../storage/lake/restamp-marks";
import { loadProperty } from "../../storage/properties/properties";
import { loadSettings } from "../../storage/properties/settings";
import type { LakeEnv } from "../merge-unit";
import { MOST_EVENTS, PORTION, type Restamped, restampLakeDay } from "./day";

/** Days in a round, each a step: a Workflow has 1,024. The next hour takes the rest. */
const MOST_DAYS = 200;
const MOST_ROUNDS = 4;

const NOTHING: Restamped = { rows: 0, changed: 0, isTooLarge: false, last: 0 };

/**
 * Stamps a day of a property again. Nothing is done where it is deleted, or the day too old to be counted.
 * @param atOnce events that are in memory at once.
 */
export async function restampDayOf(
  env: LakeEnv,
  siteId: string,
  day: string,
  now: number,
  atOnce = PORTION,
): Promise<Restamped> {
  const property = await loadProperty(env.DB, siteId);
  if (!property) return NOTHING;
  const { timezone } = property;
  const today = localDate(now, timezone);
  const firstDay = firstKeptDay((await loadSettings(env.DB, siteId)).retention, today) ?? "0000-01-01";
  if (day < firstDay) {
    await unmarkBefore(env.DB, siteId, firstDay);
    return NOTHING;
  }
  const firstHour = firstDay === "0000-01-01" ? Number.MIN_SAFE_INTEGER : startOfDate(firstDay, timezone) / 1000;
  const done = await restampLakeDay(env, siteId, day, { today, firstDay, firstHour }, now, atOnce);
  // It will not become smaller. Such marks would add up until a round has room for no other day.
  if (done.isTooLarge) await env.DB.batch([unmarkDay(env.DB, siteId, day, done.last, [])]);
  return done;
}

/** What became of a day, for the run log. */
export function noteOf(day: string, { rows, changed, isTooLarge }: Restamped): string {
  const events = `${day}: ${rows.toLocaleString("en")} events`;
  return isTooLarge
    ? `${events}, more than ${MOST_EVENTS.toLocaleString("en")}: left as they were stamped on arrival`
    : `${events}, ${changed.toLocaleString("en")} stamped anew`;
}

const nameOf = ({ site_id, day }: MarkedDay): string => `${site_id} ${day}`;

/** @throws when a day could not be done, after all others were tried. */
export const restamp: Task = async (env, steps, _params, _runId): Promise<RunReport> => {
  const report = { days: 0, events_restamped: 0, days_too_large: 0 };
  const failed = new Map<string, string>();
  const tooLarge = new Set<string>();
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const days = await steps.do(`choose days ${round}`, async (note) => {
      const marked = await markedDays(env.DB, MOST_DAYS);
      note(`${marked.length} days`);
      return marked;
    });
    let changed = 0;
    for (const [i, marked] of days.entries()) {
      if (failed.has(nameOf(marked)) || tooLarge.has(nameOf(marked))) continue;
      const { site_id, day } = marked;
      try {
        const work = async (note: (text: string) => void) => {
          const done = await restampDayOf(env, site_id, day, Date.now());
          note(noteOf(day, done));
          return done;
        };
        const done = await steps.do(`restamp ${round}.${i + 1}`, work, site_id);
        report.days += 1;
        report.events_restamped += done.changed;
        changed += done.changed;
        if (done.isTooLarge) tooLarge.add(nameOf(marked));
      } catch (error) {
        failed.set(nameOf(marked), reasonOf(error));
      }
    }
    report.days_too_large = tooLarge.size;
    // Days that are marked still wait for the pipeline.
    if (changed === 0) break;
  }
  if (failed.size > 0) throw new Error(`${failed.size} days could not be stamped again: ${[...failed.values()][0]}`);
  return report;
};
