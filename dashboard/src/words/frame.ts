// Texts of the frame: the bar, navigation, periods, shortcuts, and those shared by the insight screens.
export const words = {
  product: "TrackKit",
  screens: {
    overview: "Overview",
    realtime: "Realtime",
    events: "Events",
    vitals: "Web vitals",
    rules: "Rules",
    heatmaps: "Heatmaps",
    technology: "Technology",
    networks: "Networks",
    anomalies: "Anomalies",
    pipeline: "Pipeline",
    settings: "Settings",
    pages: "Pages",
  },
  pageTitle: (...parts: readonly string[]): string => [...parts, "TrackKit"].join(" · "),

  bar: {
    home: "TrackKit: all properties",
    account: "Account and settings",
    theme: "Theme",
    accountMenu: "Account",
    shortcuts: "Keyboard shortcuts",
    ownAccount: "Your account",
    signOut: "Sign out",
  },
  themes: { system: "System", light: "Light", dark: "Dark" },
  shed: "Some values are not counted on their own today.",
  openFailed: "TrackKit could not be opened.",

  property: "Property",
  propertySettings: "Property settings",
  propertyScreens: "Property screens",
  allProperties: "All properties",
  newProperty: "New property",
  noStream: "No data stream",
  unknownProperty: "Property not found",
  unknownPropertyHint: "It may have been deleted, or you may not have access to it.",

  liveTitle: "Visitors in the last 5 minutes",
  liveFailed: "The live count could not be refreshed.",
  visitorsNow: (count: number): string => (count === 1 ? "visitor now" : "visitors now"),

  shortcuts: {
    everywhere: "General",
    showShortcuts: "Show shortcuts",
    theme: "Toggle dark mode",
    allProperties: "All properties",
    property: "Property",
    period: "Period",
    back: "Step back",
    ahead: "Step ahead",
    comparison: "Toggle comparison",
    bots: "Toggle suspected bots",
    table: "Toggle chart and table",
    newProperty: "New property",
    pause: "Pause or resume",
  },

  /** Names of keys that are no letters. */
  keys: { escape: "Esc", arrowleft: "←", arrowright: "→" } as Record<string, string>,

  period: {
    label: "Period",
    comparedWith: "Compare with",
    custom: "Custom range…",
    comparedTo: (range: string): string => `vs. ${range}`,
    back: "Previous period",
    ahead: "Next period",
    matchWeekday: "Match day of week",
    noData: (day: string): string => `No data to compare with: data starts on ${day}.`,
  },
  periods: {
    day: "Today",
    yesterday: "Yesterday",
    "7d": "Last 7 days",
    "28d": "Last 28 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "24h": "Last 24 hours",
    last_week: "Last week",
    month: "This month",
    last_month: "Last month",
    "6mo": "Last 6 months",
    "12mo": "Last 12 months",
    year: "This year",
    last_year: "Last year",
    all: "All time",
  },
  comparisons: { previous: "Previous period", year: "Previous year", none: "No comparison" },
  intervals: { minute: "Minutes", hour: "Hours", day: "Days", week: "Weeks", month: "Months" },
  periodCut: (days: number, range: string): string =>
    `Showing the last ${days} days of this period, which is the maximum: ${range}.`,

  bots: {
    label: "Suspected bots",
    include: "Include suspected bots",
    exclude: "Exclude suspected bots",
    included: "Suspected bots included",
    excluded: "Suspected bots excluded",
    note: "Suspected bots excluded",
    noteAction: ": include suspected bots",
  },

  coverage: {
    until: (time: string): string => `Every event received by ${time} is included.`,
    late: "Some recent events may be missing.",
    botsIn: (text: string, count: number): string =>
      `${text} suspected ${count === 1 ? "bot is" : "bots are"} included.`,
    botsOut: (text: string, count: number): string =>
      `${text} suspected ${count === 1 ? "bot is" : "bots are"} left out.`,
    refused: (text: string, count: number): string => `${text} ${count === 1 ? "event was" : "events were"} excluded`,
    whatIsOut: "Excluded events",
  },

  loadFailed: (title: string): string => `${title} could not be loaded.`,
  noneInPeriod: (things: string): string => `No ${things} in this period`,
  noneYet: (things: string): string => `No ${things} yet`,
  measured: "New activity appears here within a minute.",
  /** "Turn on “Image views” in the data stream settings. Takes effect …", with a link in the middle. */
  turnOn: (labels: readonly string[]) => ({
    before: `Turn on ${labels.map((label) => `“${label}”`).join(" and ")} in the `,
    link: "data stream settings",
    after: ". Takes effect on each visitor’s next page view.",
  }),
} as const;
