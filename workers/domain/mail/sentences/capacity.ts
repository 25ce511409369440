// Sentences of the mails about the number of shards and about the budget of rows. State and advice are those of the Pipeline screen
// (visits/capacity.ts).

export const subjectOf = (share: number): string => `shards are ${share}% full`;
export const previewOf = (visitors: string, shards: string): string => `${visitors} on ${shards} in one day.`;

export const CAPACITY_SENTENCES = {
  heading: "This property needs more shards",
  counted:
    "All events are counted. Above the limit, a visitor who returns after their visit has ended counts as a new visitor.",
  reason: "You receive this because this property sends capacity warnings to all recipients.",
};

export const BUDGET_SENTENCES = {
  subject: "some counts are summed",
  preview: "Some values are counted together today. Every event is stored.",
  heading: "This property has more values than its budget",
  kept: "Reports read the events instead of saved counts where they can, so most figures stay complete.",
};
