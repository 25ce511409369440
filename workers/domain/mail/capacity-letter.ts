// Mails about a property that is near a limit: nearly as many visitors as its shards remember, or as many rows of counts as
// its budget has.
import { type RowBudget, shedAdviceFor, shedStateOf } from "../runs/row-budget";
import { adviceFor, type Capacity, stateOf } from "../visits/capacity";
import type { Frame, Letter } from "./letter";
import { BUDGET_SENTENCES, CAPACITY_SENTENCES, previewOf, subjectOf } from "./sentences/capacity";
import { counted } from "./words";

export function toCapacityLetter(capacity: Capacity, frame: Frame): Letter {
  const { visitors, visitors_per_shard, most_per_shard, shards, level } = capacity;
  const share = Math.round((visitors_per_shard / most_per_shard) * 100);
  return {
    subject: `${frame.property}: ${subjectOf(share)}`,
    preview: previewOf(counted(visitors, "visitor"), counted(shards, "shard")),
    heading: CAPACITY_SENTENCES.heading,
    blocks: [
      { kind: "notice", tone: level === "full" ? "bad" : "warn", text: stateOf(capacity) },
      { kind: "paragraph", text: adviceFor(capacity) },
      {
        kind: "paragraph",
        text: CAPACITY_SENTENCES.counted,
      },
    ],
    reason: CAPACITY_SENTENCES.reason,
  };
}

export function toBudgetLetter(budget: RowBudget, frame: Frame): Letter {
  const { subject, preview, heading, kept } = BUDGET_SENTENCES;
  return {
    subject: `${frame.property}: ${subject}`,
    preview,
    heading,
    blocks: [
      { kind: "notice", tone: "warn", text: shedStateOf(budget) },
      { kind: "paragraph", text: kept },
      { kind: "paragraph", text: shedAdviceFor(budget) },
    ],
    reason: CAPACITY_SENTENCES.reason,
  };
}
