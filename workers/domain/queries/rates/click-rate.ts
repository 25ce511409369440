// The click rate `ctr` of buttons and rules: clicks by page views on which they could be clicked. The tracker says of which
// page views a rule was in sight; of a button nobody knows, so the page views of its pages count.
import type { Ask, CountedRow } from "../../analysis/question";
import { Problem } from "../../requests/problem";

const BUTTON = "event:button";
const RULE = "event:rule";
const PAGE = "event:page";

/** What a page view has as well as a click. */
const OF_PAGES: readonly string[] = [PAGE, "event:hostname", "event:page_group"];
const isOfClick = (dimension: string): boolean => dimension.startsWith("event:") && !OF_PAGES.includes(dimension);

/** @throws Problem invalid unless the dimensions are those of a click rate. */
export function requireClickRate(dimensions: readonly string[]): void {
  const [subject, ...others] = dimensions.filter(isOfClick);
  if (subject !== BUTTON && subject !== RULE)
    throw new Problem("invalid", `metric ctr needs the dimension ${BUTTON} or ${RULE}`);
  if (others.length > 0)
    throw new Problem(
      "invalid",
      `metric ctr must not be by ${others[0]} beside ${subject}, which page views do not have`,
    );
}

/** Clicks, and page views on which they could happen. */
export type ClickRole = { kind: "clicks" | "views" };

/** @param plain the query's question without facts that a click rate has no use for. */
export function toClickAsks(plain: Ask): { role: ClickRole; ask: Ask }[] {
  const { groups, filters } = plain;
  const byPage = groups.includes(PAGE) ? groups : [...groups, PAGE];
  if (groups.includes(BUTTON)) {
    return [
      {
        role: { kind: "clicks" },
        ask: { ...plain, groups: byPage, clicksOnly: true },
      },
      {
        role: { kind: "views" },
        ask: {
          ...plain,
          groups: byPage.filter((name) => name !== BUTTON),
          base: { without: "clicks", filters: [] },
        },
      },
    ];
  }
  const seen = ["is", "event:name", ["rule_seen"]];
  return [
    { role: { kind: "clicks" }, ask: { ...plain, filters: [...filters, ["is_not", "event:name", ["rule_seen"]]] } },
    { role: { kind: "views" }, ask: { ...plain, base: { without: "clicks except rules", filters: [seen] } } },
  ];
}

type Sums = Map<string, { clicks: number; views: number }>;

/** A row's key: its bucket and its values. */
const keyOf = (bucket: CountedRow["bucket"], values: readonly (string | null)[]): string =>
  JSON.stringify([bucket, values]);

/**
 * Clicks and page views by row of the answer.
 * @param groups of the answer.
 */
export function toClickSums(
  groups: readonly string[],
  clicks: readonly CountedRow[],
  views: readonly CountedRow[],
): (row: Pick<CountedRow, "bucket" | "values">) => { clicks: number; views: number } {
  const sums: Sums = new Map();
  const button = groups.indexOf(BUTTON);
  const viewsOf = new Map(
    views.map(({ bucket, values, counts }) => [keyOf(bucket, values), button < 0 ? counts.events : counts.pageviews]),
  );
  for (const { bucket, values, counts } of clicks) {
    // It was not clicked on this page, but in a visit that began in this bucket.
    if (button >= 0 && counts.events === 0) continue;
    // With a button, the page is the last value, or one of the answer's.
    const key = keyOf(bucket, values.slice(0, groups.length));
    const sum = sums.get(key) ?? { clicks: 0, views: 0 };
    sum.clicks += counts.events;
    sum.views += viewsOf.get(keyOf(bucket, button < 0 ? values : values.toSpliced(button, 1))) ?? 0;
    sums.set(key, sum);
  }
  return ({ bucket, values }) => sums.get(keyOf(bucket, values)) ?? { clicks: 0, views: 0 };
}
