// What the demo's owner has saved: rules, goals, a segment, path groups, a funnel, and notes on the chart.
import { localDate } from "../../workers/domain/time/zone.ts";
import type { Api } from "../api.ts";
import type { Simulation } from "../simulate/config.ts";
import { storiesUntil } from "../simulate/course.ts";

const pageView = (path: string) => [
  "and",
  [
    ["is", "event:name", ["pageview"]],
    ["is", "event:page", [path]],
  ],
];

const GOALS = [
  { name: "Sign up", filter: ["is", "event:name", ["Sign up"]] },
  { name: "Purchase", filter: ["is", "event:name", ["Purchase"]] },
  { name: "Visit /checkout/", filter: pageView("/checkout/") },
  { name: "Test ride", filter: ["is", "event:button", ["book-test-ride"]] },
];

const SEGMENTS = [
  {
    name: "Mobile visitors from Germany",
    filter: [
      "and",
      [
        ["is", "visit:device", ["Mobile"]],
        ["is", "visit:country", ["DE"]],
      ],
    ],
  },
  { name: "Ride to work campaign", filter: ["is", "visit:utm_campaign", ["ride-to-work"]] },
];

const PATH_GROUPS = [
  { pattern: "/bikes/compare/", label: "Comparison" },
  { pattern: "/bikes/:bike/", label: "Bicycles" },
  { pattern: "/journal/:article/", label: "Articles" },
  { pattern: "/checkout/**", label: "Checkout" },
  { pattern: "/support/**", label: "Support" },
];

const FUNNEL = {
  name: "Cart to purchase",
  funnel: {
    window: "visit",
    steps: ["/cart/", "/checkout/", "/checkout/thanks/"].map((page) => ({
      name: page,
      filter: ["is", "event:page", [page]],
    })),
  },
};

/** Notes for the days and the hour of the stories. */
function annotationsUntil(end: number, timezone: string): object[] {
  const { launch, campaign, outage, release } = storiesUntil(end);
  const day = (time: number) => ({ date: localDate(time, timezone) });
  const hour = (time: number) => ({ time: new Date(time).toISOString() });
  return [
    { ...day(launch), text: "Launch of the Gravel" },
    { ...day(campaign.from), text: "Ride to work: campaign begins" },
    { ...hour(outage.from), text: "Outage: the host lost power for three hours" },
    { ...hour(release.from), text: "Release 2.4: new names of pages" },
    ...(release.to < end ? [{ ...hour(release.to), text: "Hotfix 2.4.1: links mended" }] : []),
  ];
}

interface SavedOptions {
  simulation: Simulation;
  timezone: string;
  /** The end of the history (ms). */
  end: number;
}

/** Saves all of it through the API, as an owner would. */
export async function saveViews(api: Api, siteId: string, { simulation, timezone, end }: SavedOptions): Promise<void> {
  const root = `/api/v1/properties/${siteId}`;
  const lists: [path: string, items: readonly object[]][] = [
    ["rules", simulation.rules],
    ["goals", GOALS],
    ["segments", SEGMENTS],
    ["funnels", [FUNNEL]],
    ["annotations", annotationsUntil(end, timezone)],
  ];
  for (const [path, items] of lists) for (const item of items) await api.post(`${root}/${path}`, item);
  await api.put(`${root}/path-groups`, { patterns: PATH_GROUPS });
}
