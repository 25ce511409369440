// The rules that the list shows: all of them, or under filters those with figures. Pure.
import type { RuleCounts } from "../../../../workers/domain/counts/insight";
import type { Rule } from "../../data/rule";

const hasFigures = ({ clicks, visitors, views }: RuleCounts): boolean => clicks > 0 || visitors > 0 || views > 0;

/**
 * @param counts of the rules that have any under the filters; null without filters, and while they are unknown.
 * @param chosen the rule whose analysis is open: it stays.
 */
export function listedRules<One extends Pick<Rule, "id">>(
  rules: readonly One[],
  counts: readonly RuleCounts[] | null,
  chosen: string | undefined,
): { listed: readonly One[]; without: number } {
  if (counts === null) return { listed: rules, without: 0 };
  const known = new Set(counts.filter(hasFigures).map(({ id }) => id));
  const listed = rules.filter(({ id }) => known.has(id) || id === chosen);
  return { listed, without: rules.length - listed.length };
}
