// Refusals: the closed list of reasons for which we chose not to count an event. Not errors; each is counted.

export const REFUSALS = {
  bot: "The user agent belongs to a crawler or a program.",
  prefetch: "The page was fetched ahead by the browser and not shown.",
  spam_referrer: "The referrer is on the list of hosts that spam referrers.",
  excluded_address: "The address is excluded by the owner.",
  excluded_path: "The path is excluded by the owner.",
  unknown_host: "The page's host does not belong to a data stream of the property.",
  do_not_track: "The browser asks not to be tracked and the property honours that.",
  not_measured: "The measurement is switched off in the data stream.",
  owner_tool: "The page was opened by its owner with a tool over it.",
  rate_limited: "The address sends more than the property accepts.",
} as const;

export type Refusal = keyof typeof REFUSALS;

/** Response header that tells a person why nothing was counted. */
export const REFUSAL_HEADER = "X-TrackKit-Refused";

/** How many events were refused, by reason. */
export type RefusalCounts = Partial<Record<Refusal, number>>;

/** Adds counts of a local date to those of several. */
export function addRefusals(into: Record<string, RefusalCounts>, date: string, more: RefusalCounts): void {
  into[date] ??= {};
  const counts = into[date];
  for (const [reason, count] of Object.entries(more) as [Refusal, number][])
    counts[reason] = (counts[reason] ?? 0) + count;
}
