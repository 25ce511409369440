// Capacity: how many visitors a day a hub remembers, and when the owner hears that a property needs more shards.

/**
 * Visitors of one day whom a hub remembers. Those who come later are counted too, but count as new when they come back
 * after their visit.
 */
export const MOST_VISITORS = 500_000;
/** From here on the owner is warned: what memory holds for them is tested, and there is time to add shards. */
export const MANY_VISITORS = 200_000;
/** And once more from here on. */
const TOO_MANY = 0.9 * MOST_VISITORS;
export const MOST_SHARDS = 16;

/** The fuller of the last two days, shared out among the shards as visitors are. */
export interface Capacity {
  /** Local date; null when nobody came. */
  date: string | null;
  visitors: number;
  shards: number;
  visitors_per_shard: number;
  most_per_shard: number;
  level: "ok" | "near" | "full";
  /** The number of shards at which this would be half of what is warned about. */
  advised_shards: number;
}

export function toCapacity(day: { date: string; visitors: number } | null, shards: number): Capacity {
  const visitors = day?.visitors ?? 0;
  const perShard = Math.ceil(visitors / shards);
  const level = perShard >= TOO_MANY ? "full" : perShard >= MANY_VISITORS ? "near" : "ok";
  const needed = Math.min(MOST_SHARDS, Math.ceil(visitors / (MANY_VISITORS / 2)));
  return {
    date: day?.date ?? null,
    visitors,
    shards,
    visitors_per_shard: perShard,
    most_per_shard: MOST_VISITORS,
    level,
    advised_shards: level === "ok" ? shards : Math.max(shards, needed),
  };
}

const count = new Intl.NumberFormat("en-US");

/** Advice to the owner, as a sentence. The dashboard shows it too. */
export function adviceFor({ shards, advised_shards }: Capacity): string {
  if (advised_shards === shards) return `The property already has ${shards} shards, which is as many as it can have.`;
  return `Raise the property's shards from ${shards} to ${advised_shards}: PATCH /api/v1/properties/{site_id} with {"shards": ${advised_shards}}.`;
}

/** The problem, as a sentence. */
export const stateOf = ({ visitors_per_shard, most_per_shard, date }: Capacity): string =>
  `A shard had ${count.format(visitors_per_shard)} visitors on ${date} and remembers at most ${count.format(most_per_shard)} a day.`;
