// Rules under filters. Matches are selected as in any question. The page views on which a rule was in sight are those of the
// click rate in queries: conditions that only a click can meet are left out.
import type { Ask, CountedRow } from "../../../domain/analysis/question";
import { compareTexts } from "../../../domain/queries/text-order";
import type { Counted, CountedRule } from "../../../storage/counts/details";
import type { InsightSource } from "../source";
import type { Asker } from "./asker";
import { countedIn, inOrder } from "./ranking";

const MATCHES: Partial<Ask> = { base: { without: null, filters: [["is_not", "event:name", ["rule_seen"]]] } };
const SEEN: Partial<Ask> = { base: { without: "clicks except rules", filters: [["is", "event:name", ["rule_seen"]]] } };
const BY_RULE: Partial<Ask> = { groups: ["event:rule"] };

function toRules(matches: readonly CountedRow[], seen: readonly CountedRow[]): CountedRule[] {
  const rules = new Map<string, CountedRule>();
  const ruleOf = ({ values: [id] }: CountedRow): CountedRule => {
    const rule = rules.get(id!) ?? { id: id!, clicks: 0, visitors: 0, views: 0 };
    rules.set(rule.id, rule);
    return rule;
  };
  for (const row of matches) if (row.counts.events > 0) Object.assign(ruleOf(row), matchesOf(row));
  for (const row of seen) if (row.counts.events > 0) ruleOf(row).views = row.counts.events;
  return [...rules.values()].sort((a, b) => b.clicks - a.clicks || b.views - a.views || compareTexts(a.id, b.id));
}

const matchesOf = ({ counts: { events, visitors } }: CountedRow): Pick<CountedRule, "clicks" | "visitors"> => ({
  clicks: events,
  visitors,
});

export async function countRules(asker: Asker): Promise<CountedRule[]> {
  const [matches, seen] = await asker.ask([
    { ...MATCHES, ...BY_RULE },
    { ...SEEN, ...BY_RULE },
  ]);
  return toRules(matches!, seen!);
}

export async function countRule(
  asker: Asker,
  id: string,
  most: number,
): Promise<Awaited<ReturnType<InsightSource["rule"]>>> {
  const details = { of: "rule", id } as const;
  const [matches, seen, ofMatches, ofSeen] = await asker.ask([
    { ...MATCHES, ...BY_RULE },
    { ...SEEN, ...BY_RULE },
    { ...MATCHES, details },
    { ...SEEN, details },
  ]);
  const top = (part: string): Counted[] => inOrder(countedIn(ofMatches!, part)).slice(0, most);
  const clicks = new Map(countedIn(ofMatches!, "page").map(({ value, events }) => [value, events]));
  const views = new Map(countedIn(ofSeen!, "seen_page").map(({ value, events }) => [value, events]));
  const pages = [...new Set([...clicks.keys(), ...views.keys()])].map((page) => ({
    page,
    clicks: clicks.get(page) ?? 0,
    seen: views.get(page) ?? 0,
  }));
  return {
    sums: toRules(matches!, seen!).find((rule) => rule.id === id),
    pages: pages.sort((a, b) => b.clicks - a.clicks || b.seen - a.seen || compareTexts(a.page, b.page)).slice(0, most),
    elements: top("text"),
    devices: top("device"),
  };
}
