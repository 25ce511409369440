// Texts of the networks screen.
export const words = {
  title: "Networks",
  lead: "Organizations visiting your site, identified by network.",
  organizations: "Organizations",
  allNetworks: "All networks",
  botsExcluded: "Hosting networks (suspected bots) are excluded below.",
  types: "Network types",
  none: "No networks in this period",
  noneHint: "Try a longer period. Networks are identified from each visitor’s connection.",
  excluded: "Excluded",
  excludedHint: "Visits from this network type are suspected bots, which are currently excluded.",
  noOrganizations: "No organizations in this period",
  /** "Visitors used networks that identify no organization, … Show all networks" */
  noOrganizationsHint:
    "Visitors used networks that don’t identify an organization, such as home and mobile connections. ",
  showAllNetworks: "Show all networks",

  tableLabel: "Networks, all metrics",
  caption: "Networks",
  network: "Network",
  type: "Type",
  place: "Location",
  lastSeen: "Last seen",
  asNumber: (asn: number): string => `AS${asn}`,
  details: "Top pages",
  pagesOf: (network: string): string => `Top pages of ${network}`,
  showAllNetworkCount: " networks",
  noPages: "No page data yet for this network.",
  topPages: "Top pages:",
  topPagesFrom: (place: string): string => `Top pages, visited from ${place}:`,

  bots: {
    title: "Suspected bots",
    note: "Flagged, still counted",
    lead: "These visits are included in all reports. Use “Exclude suspected bots” above to exclude them here and on the overview. Self-identified crawlers are never counted.",
    none: "No suspected bots in this period",
    noneHint: "There is nothing to exclude.",
    tableLabel: "Suspected bots by reason, all metrics",
    caption: "Suspected bots by reason",
    reason: "Reason",
  },
} as const;
