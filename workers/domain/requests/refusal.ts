// Refusals: the closed list of reasons not to count an event. Refusals are not errors. Each is counted.

export const REFUSALS = {
  bot: "The user agent identifies a crawler or another program.",
  prefetch: "The browser prefetched the page without showing it.",
  spam_referrer: "The referrer is a known spam site.",
  excluded_address: "The IP address is excluded in the settings.",
  excluded_path: "The page is excluded in the settings.",
  unknown_host:
    "The host of the page, or of the page that sent the event, does not match any data stream of the property.",
  do_not_track: "The browser sends Do Not Track or Global Privacy Control, which the property respects.",
  not_measured: "The measurement is off in the data stream.",
  owner_tool: "The owner opened the page with the element picker or the heatmap.",
  rate_limited: "The IP address, its network or the property exceeded the rate limit.",
} as const;

export type Refusal = keyof typeof REFUSALS;

/** Response header with the reason, for people who wonder why nothing was counted. */
export const REFUSAL_HEADER = "X-TrackKit-Refused";

/** How many events were refused, by reason. */
export type RefusalCounts = Partial<Record<Refusal, number>>;

/** Adds the counts of one local date to the counts by date. */
export function addRefusals(into: Record<string, RefusalCounts>, date: string, more: RefusalCounts): void {
  into[date] ??= {};
  const counts = into[date];
  for (const [reason, count] of Object.entries(more) as [Refusal, number][])
    counts[reason] = (counts[reason] ?? 0) + count;
}
