// Texts of the heatmaps screen.
export const words = {
  title: "Heatmaps",
  lead: "Where visitors click, move and scroll. Aggregated; no individual recordings.",
  pages: "Pages",
  things: "heatmaps",
  pagesCaption: "Pages with heatmaps",
  clicks: "Clicks",
  screenWidth: "Screen width",
  widths: {
    phone: { label: "Phone", hint: "under 640 px", on: "on phones (under 640 px)", devices: "phones" },
    tablet: { label: "Tablet", hint: "640 to 1023 px", on: "on tablets (640 to 1023 px)", devices: "tablets" },
    desktop: { label: "Desktop", hint: "1024 px and more", on: "on desktops (1024 px and more)", devices: "desktops" },
  },
  layer: "Layer",
  layerNames: (width: "phone" | "tablet" | "desktop"): { clicks: string; moves: string } => ({
    clicks: width === "desktop" ? "Clicks" : "Taps",
    moves: "Movement",
  }),
  /** Follows the number of page views. */
  viewsOn: (count: number, where: string): string => ` page ${count === 1 ? "view" : "views"} ${where}`,
  noClicks: (width: "phone" | "tablet" | "desktop"): string =>
    width === "desktop" ? "No clicks in this period" : "No taps in this period",
  noMoves: "No movement in this period",
  viewedOnly: "The page was viewed at this screen width, without any of these interactions.",
  notViewed: "No page views at this screen width.",
  showOnPage: "Show on page",
  /** The pass of the page has no filters. */
  ofEverybody: "Shows all visitors, without the filters.",
  /** Follows the scale of colours, from 1 to the most. */
  aroundSpot: {
    clicks: (width: string): string => (width === "desktop" ? "clicks around one spot" : "taps around one spot"),
    moves: (_: string): string => "pointer positions around one spot",
  },
  fold: "Typical first screen",
  grid: (layer: string): string => `${layer} grid`,
  picture: (layer: string, page: string): string => `${layer} on ${page}; the table below has the same numbers`,
  depth: (pixels: string): string => `${pixels} px`,
  asTable: "Table",
  cells: (layer: string): string => `${layer} by cell, most frequent first`,
  fromTop: "From the top",
  fromLeft: "From the left",
  percentRange: (from: number, to: number): string => `${from}–${to}%`,
  mostFrequent: (shown: number, total: string): string => `The ${shown} most frequent of ${total} cells.`,

  elements: "Most clicked elements",
  element: "Element",
  elementKinds: { a: "link", button: "button", input: "button", img: "image", summary: "disclosure" },
  elementTo: (kind: string, target: string): string => `${kind} to ${target}`,
  elementThings: "click events",
  /** Heatmaps count by screen width, click events by device. */
  elementsNote: (page: string, devices: string): string => `Click events on ${page} from ${devices}.`,

  reach: {
    title: "Scroll reach",
    /** "50% of views reached 70% of the page; 15% reached the end." */
    sentence: (median: number, end: number): string =>
      `50% of views reached ${median}% of the page; ${end}% reached the end.`,
    percent: (value: number): string => `${value}%`,
    top: "Top",
    end: "End",
    depth: "Depth",
    views: "Page views",
    share: "Share",
  },
} as const;
