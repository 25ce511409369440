// Capacity: how many visitors a day a hub remembers, and when to warn the owner that a property needs more shards.

/**
 * Visitors that a hub remembers of one day. Later visitors are counted too, but a later visitor who returns after the visit
 * has ended counts as new.
 */
export const MOST_VISITORS = 500_000;
/** The first warning. Memory is tested up to here, and the owner has time to add shards. */
export const MANY_VISITORS = 200_000;
/** The second warning. */
const TOO_MANY = 0.9 * MOST_VISITORS;
export const MOST_SHARDS = 16;

/** The fuller of the last two days. Visitors are spread evenly over the shards. */
export interface Capacity {
  /** Local date; null without visitors. */
  date: string | null;
  visitors: number;
  shards: number;
  visitors_per_shard: number;
  most_per_shard: number;
  level: "ok" | "near" | "full";
  /** With this number of shards, each would have half the visitors of the first warning. */
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

/** Advice to the owner, as a sentence of the mail and of the Pipeline screen. */
export function adviceFor({ shards, advised_shards }: Capacity): string {
  if (advised_shards === shards) return `The property already has ${shards} shards, the maximum.`;
  return `Increase the shards from ${shards} to ${advised_shards}: PATCH /api/v1/properties/{site_id} with {"shards": ${advised_shards}}.`;
}

/** The problem, as a sentence. */
export const stateOf = ({ visitors_per_shard, most_per_shard, date }: Capacity): string =>
  `Each shard had about ${count.format(visitors_per_shard)} visitors on ${date}. A shard remembers at most ${count.format(most_per_shard)} visitors a day.`;
