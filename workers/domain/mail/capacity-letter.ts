// The mail that a property has nearly as many visitors as its shards remember.
import { adviceFor, type Capacity, stateOf } from "../visits/capacity";
import type { Frame, Letter } from "./letter";
import { counted } from "./words";

export function toCapacityLetter(capacity: Capacity, frame: Frame): Letter {
  const { visitors, visitors_per_shard, most_per_shard, shards, level } = capacity;
  const share = Math.round((visitors_per_shard / most_per_shard) * 100);
  return {
    subject: `${frame.property}: shards are ${share}% full`,
    preview: `${counted(visitors, "visitor")} on ${counted(shards, "shard")} in one day.`,
    heading: "This property needs more shards",
    blocks: [
      { kind: "notice", tone: level === "full" ? "bad" : "warn", text: stateOf(capacity) },
      { kind: "paragraph", text: adviceFor(capacity) },
      {
        kind: "paragraph",
        text: "Every event is counted in any case. Beyond the limit, a visitor who comes back after the end of their visit counts as a new visitor.",
      },
    ],
    reason: "You get this because you are a recipient of the property's mail and the property approaches a limit.",
  };
}
