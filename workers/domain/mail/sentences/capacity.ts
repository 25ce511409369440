// Sentences of the mail about the number of shards. State and advice are those of the Pipeline screen
// (visits/capacity.ts).

export const subjectOf = (share: number): string => `shards are ${share}% full`;
export const previewOf = (visitors: string, shards: string): string => `${visitors} on ${shards} in one day.`;

export const CAPACITY_SENTENCES = {
  heading: "This property needs more shards",
  counted:
    "All events are counted. Above the limit, a visitor who returns after their visit has ended counts as a new visitor.",
  reason: "You receive this because this property sends capacity warnings to all recipients.",
};
