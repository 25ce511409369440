// The most clicked elements of a page: the questions to the API, and its rows as elements. Pure.
import type { HeatWidth } from "../../../../workers/domain/counts/insight";
import { toVisitTrees } from "../../data/filters/filter";
import { type HeatmapAsk, pageDimension } from "../../data/insight";
import type { Row } from "../../data/question";
import { words } from "../../words/heatmaps";

/** What a click event says about its element, in the order of the questions. */
const ELEMENT = ["event:props:text", "event:props:tag", "event:props:id"] as const;
/** Clicks on anything but links have no row by this dimension. */
const LINK = "event:href";
/** The value of a click without one. */
const NONE = "(none)";
const MOST = 100;

/** The devices of a width. A click event has no width, and nearly all phones are narrow and nearly all desktops wide. */
const DEVICES = {
  phone: ["is", "visit:device", ["Mobile"]],
  tablet: ["is", "visit:device", ["Tablet"]],
  desktop: ["is_not", "visit:device", ["Mobile", "Tablet"]],
} as const satisfies Record<HeatWidth, unknown>;

/** The body of a batch: all clicks by element, and those on links by element and target. */
export const elementQuestions = ({
  scene: { siteId, from, to, filters = [] },
  isGrouped,
  page,
  width,
}: HeatmapAsk) => ({
  site_id: siteId,
  date_range: [from, to],
  filters: [
    ["is", "event:name", ["click"]],
    ["is", pageDimension(isGrouped), [page]],
    DEVICES[width],
    ...toVisitTrees(filters),
  ],
  queries: [ELEMENT, [...ELEMENT, LINK]].map((dimensions) => ({
    metrics: ["events"],
    dimensions,
    pagination: { limit: MOST, offset: 0 },
  })),
});

/** Visits are filtered by an element's link, else by the first that its clicks say about it. */
const FILTERED_BY = [LINK, "event:props:text", "event:props:id", "event:props:tag"] as const;

export interface ClickedElement {
  /** Its text, else its id or its tag. */
  name: string;
  /** What it is, and where it leads. */
  hint: string;
  clicks: number;
  /** The filter for visits that clicked it; null if its clicks say nothing about it. */
  filter: { dimension: string; value: string } | null;
}

/** A path if the link stays on the page's host; whole addresses of other hosts. */
function targetOf(href: string, hosts: readonly string[]): string {
  if (!URL.canParse(href)) return href;
  const { host, pathname, search, hash } = new URL(href);
  return hosts.includes(host) ? `${pathname}${search}${hash}` : `${host}${pathname}`;
}

const KINDS: Record<string, string> = words.elementKinds;

/** Rows of links, and rows of what is left of each element's clicks. */
function joinLinks(all: readonly Row[], links: readonly Row[]): Row[] {
  const keyOf = ({ dimensions }: Row): string => JSON.stringify(dimensions.slice(0, ELEMENT.length));
  const onLinks = new Map<string, number>();
  for (const row of links) onLinks.set(keyOf(row), (onLinks.get(keyOf(row)) ?? 0) + (row.metrics[0] ?? 0));
  const others = all.map((row) => ({ ...row, metrics: [(row.metrics[0] ?? 0) - (onLinks.get(keyOf(row)) ?? 0)] }));
  return [...links, ...others.filter(({ metrics }) => metrics[0]! > 0)];
}

function filterOf(said: Record<string, string | undefined>): ClickedElement["filter"] {
  const dimension = FILTERED_BY.find((name) => said[name]);
  return dimension === undefined ? null : { dimension, value: said[dimension]! };
}

/**
 * The most clicked first.
 * @param hosts of the site.
 */
export const toElements = (all: readonly Row[], links: readonly Row[], hosts: readonly string[]): ClickedElement[] =>
  joinLinks(all, links)
    .map(({ dimensions, metrics }) => {
      const [text, tag, id, href] = dimensions.map((value) => (value === null || value === NONE ? "" : value));
      const kind = tag ? (KINDS[tag] ?? tag) : words.element;
      const target = href ? targetOf(href, hosts) : "";
      return {
        name: text || (id ? `#${id}` : kind),
        hint: target ? words.elementTo(kind, target) : text && id ? `${kind} #${id}` : kind,
        clicks: metrics[0] ?? 0,
        filter: filterOf({ [LINK]: href, [ELEMENT[0]]: text, [ELEMENT[1]]: tag, [ELEMENT[2]]: id }),
      };
    })
    .sort((a, b) => b.clicks - a.clicks);
