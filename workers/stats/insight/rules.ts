// Insight into rules: the counts by day, and the last match from the hubs.
import { MOST_INSIGHT_ROWS, type RuleCounts, type RuleInsight, type RulesInsight } from "../../domain/counts/insight";
import { ELEMENT } from "../../domain/counts/value";
import type { LivePicture } from "../../domain/visits/hub";
import type { CountedRule } from "../../storage/counts/details";
import type { InsightSource } from "./source";

type LiveRules = LivePicture["rules"];

/** Percent with one decimal; null without views. */
const rateOf = (clicks: number, views: number): number | null =>
  views > 0 ? Math.round((clicks / views) * 1000) / 10 : null;

const toCounts = (counted: CountedRule, live: LiveRules): RuleCounts => ({
  id: counted.id,
  clicks: counted.clicks,
  visitors: counted.visitors,
  last_click_at: live.find(({ id }) => id === counted.id)?.last_click_at ?? null,
  views: counted.views,
  ctr: rateOf(counted.clicks, counted.views),
});

export async function rulesInsight(source: InsightSource, live: LiveRules): Promise<RulesInsight> {
  return { rules: (await source.rules()).map((counted) => toCounts(counted, live)) };
}

export async function ruleInsight(source: InsightSource, id: string, live: LiveRules): Promise<RuleInsight> {
  const { sums, pages, elements, devices } = await source.rule(id, MOST_INSIGHT_ROWS);
  return {
    ...toCounts(sums ?? { id, clicks: 0, visitors: 0, views: 0 }, live),
    pages: pages.map((page) => ({ ...page, ctr: rateOf(page.clicks, page.seen) })),
    elements: elements.map(({ value, events }) => {
      const [text, href] = ELEMENT.split(value);
      return { text: text || null, href: href || null, clicks: events };
    }),
    devices: devices.map(({ value, events }) => ({ device: value, clicks: events })),
  };
}
