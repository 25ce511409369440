// Whether a local system has counted every event that it acknowledged. The hubs' journals and the receipts in D1 say so
// exactly, so nobody has to guess how long the queue takes.
import { setTimeout as pause } from "node:timers/promises";
import { queryD1, queryHub, storedHubs } from "./storage.ts";

const POLL_MS = 100;

/** How far one hub has come. Positions are rows of its journal. */
interface HubPosition {
  id: string;
  siteId: string;
  /** Begins the id of every message that the hub sends. */
  epoch: string;
  /** The last row written. */
  head: number;
  /** The last row that the queue has taken. */
  sent: number;
}

interface StoredPosition extends Record<string, string | number | null> {
  about: string | null;
  sent: string | null;
  head: number | null;
}

async function hasTables(worker: string, id: string): Promise<boolean> {
  const statement = "SELECT count(*) AS count FROM sqlite_master WHERE name IN ('meta', 'journal')";
  const [tables] = await queryHub(worker, id, statement);
  return tables?.count === 2;
}

/** Null for a hub that has nothing stored. */
async function positionOf(worker: string, id: string): Promise<HubPosition | null> {
  if (!(await hasTables(worker, id))) return null;
  const statement = `SELECT (SELECT value FROM meta WHERE key = 'about') AS about,
      (SELECT value FROM meta WHERE key = 'sent') AS sent, (SELECT max(n) FROM journal) AS head`;
  let row: StoredPosition | undefined;
  try {
    [row] = (await queryHub(worker, id, statement)) as StoredPosition[];
  } catch (error) {
    // Its property was deleted meanwhile.
    if (!(await hasTables(worker, id))) return null;
    throw error;
  }
  if (!row?.about) return null;
  const { sent } = JSON.parse(row.sent ?? '{"sent":0}') as { sent: number };
  const { epoch, site_id: siteId } = JSON.parse(row.about) as { epoch: string; site_id: string };
  return { id, siteId, epoch, sent, head: Math.max(sent, row.head ?? 0) };
}

async function readPositions(worker: string): Promise<HubPosition[]> {
  const positions = await Promise.all((await storedHubs(worker)).map((id) => positionOf(worker, id)));
  return positions.filter((position) => position !== null);
}

/** Rows up to which everything is counted, or set aside as a dead letter, without a gap after `from`. */
async function countedUpTo(worker: string, epoch: string, from: number): Promise<number> {
  const ids = await queryD1(
    worker,
    // The full stop follows the hyphen.
    `SELECT message_id AS id FROM receipts WHERE message_id > ?1 AND message_id < ?2
     UNION SELECT id FROM dead_letters WHERE id > ?1 AND id < ?2`,
    [`${epoch}-`, `${epoch}.`],
  );
  const ranges = ids.map(({ id }) => String(id).split("-").slice(-2).map(Number) as [number, number]);
  ranges.sort(([a], [b]) => a - b);
  let counted = from;
  for (const [first, last] of ranges) if (first <= counted + 1) counted = Math.max(counted, last);
  return counted;
}

/** What to wait for; everything when nothing is said. */
export interface Scope {
  /** Only the events of this property. */
  siteId?: string;
  /** Only what was sent after this. */
  since?: ReadonlyMap<string, number>;
}

/**
 * What the hubs have sent so far, for {@link Scope}. A queue lives in memory: the hubs send again what an earlier process
 * left in it, at this start or, when that ends before, at the next. So a stop waits only for what this process sent first.
 */
export const sentSoFar = async (worker: string): Promise<ReadonlyMap<string, number>> =>
  new Map((await readPositions(worker)).map(({ id, sent }) => [id, sent]));

/** Journal rows that hold acknowledged events which D1 has not counted. */
export async function countUncounted(worker: string, { siteId, since }: Scope = {}): Promise<number> {
  const positions = (await readPositions(worker)).filter((hub) => siteId === undefined || hub.siteId === siteId);
  const rows = await Promise.all(
    positions.map(async ({ id, epoch, head }) => head - (await countedUpTo(worker, epoch, since?.get(id) ?? 0))),
  );
  return rows.reduce((sum, left) => sum + Math.max(0, left), 0);
}

/** Waits until every acknowledged event is counted. @returns the journal rows that are left when the time is up, else 0. */
export async function untilCounted(worker: string, limitMs: number, scope?: Scope): Promise<number> {
  for (const limit = Date.now() + limitMs; ; ) {
    const left = await countUncounted(worker, scope);
    if (left === 0 || Date.now() > limit) return left;
    await pause(POLL_MS);
  }
}
