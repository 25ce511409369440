// The feed as steps of visitors: one row per step, without events that come by themselves. Pure.
import { isAutomatic } from "../../../../workers/domain/events/measurement";
import type { LivePicture } from "../../data/property";

export type FeedEvent = LivePicture["feed"][number];

export interface Step {
  /** The event that says the most of those of one moment. */
  event: FeedEvent;
  /** The names of the others: a click on a link is also an outbound click, and may match rules. */
  also: string[];
  /** True if it is the visitor's first page view of the day. */
  isFirst: boolean;
}

/** Of the events of one press, the more specific says more. Events that are not listed come first. */
const WEIGHTS: Record<string, number> = { rule: 1, form_submit: 2, download: 3, outbound: 4, click: 5 };
const weightOf = ({ type }: FeedEvent): number => WEIGHTS[type] ?? 0;

/** Events of one visitor at one moment have the same. The feed does not say who the visitor is. */
const momentOf = ({ time, page, country, device, source }: FeedEvent): string =>
  JSON.stringify([time, page, country, device, source]);

/** Steps, newest first like the feed. A page view is a step; two equal events of one moment are those of two visitors. */
export function toSteps(feed: readonly FeedEvent[]): Step[] {
  const firsts = new Map<string, number>();
  for (const event of feed)
    if (event.type === "first_visit") firsts.set(momentOf(event), (firsts.get(momentOf(event)) ?? 0) + 1);
  const steps: (Step & { moment: string; names: Set<string> })[] = [];
  for (const event of feed) {
    if (isAutomatic(event.type)) continue;
    const moment = momentOf(event);
    const isView = event.type === "pageview";
    const known = isView
      ? undefined
      : steps.find((step) => step.moment === moment && step.event.type !== "pageview" && !step.names.has(event.name));
    if (!known) {
      steps.push({ moment, names: new Set([event.name]), event, also: [], isFirst: false });
      continue;
    }
    known.names.add(event.name);
    const isLess = weightOf(event) >= weightOf(known.event);
    known.also.push(isLess ? event.name : known.event.name);
    if (!isLess) known.event = event;
  }
  return steps.map(({ moment, event, also }) => {
    const left = event.type === "pageview" ? (firsts.get(moment) ?? 0) : 0;
    if (left > 0) firsts.set(moment, left - 1);
    return { event, also: also.sort(), isFirst: left > 0 };
  });
}

/** Every event as a row of its own. */
export const toAllSteps = (feed: readonly FeedEvent[]): Step[] =>
  feed.map((event) => ({ event, also: [], isFirst: false }));
