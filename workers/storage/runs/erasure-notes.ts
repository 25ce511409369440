// What an erasure has to remember of a person between its steps. Workflows and D1 keep their history for up to 30 days, so
// neither has any of it: it is an object of the bucket, which is deleted at the end.
import { ERASURES, erasureKey } from "../../domain/lake/keys";
import type { BrowserNames } from "../../domain/visits/names";

export interface ErasureNotes {
  user_id: string;
  /** When the erasure was asked for (ms). */
  asked_at: number;
  /** Ids that lead to a user's other events: see Ids. */
  ids: { visitors: string[]; visits: string[]; browsers: string[]; alone: string[] };
  /** Visitors and visits of all events that were found. */
  found: { visitors: string[]; visits: string[] };
  /** Their whole addresses, and the local days whose events change. */
  addresses: string[];
  days: string[];
  /** The users of their browsers. */
  names: BrowserNames[];
  /** When the last look at the lake began (ms). */
  checked_at: number;
  /** Messages that hubs had sent, or were about to send, when everybody's events were asked for. */
  messages: string[];
}

export const newNotes = (userId: string, now: number): ErasureNotes => ({
  user_id: userId,
  asked_at: now,
  ids: { visitors: [], visits: [], browsers: [], alone: [] },
  found: { visitors: [], visits: [] },
  addresses: [],
  days: [],
  names: [],
  checked_at: 0,
  messages: [],
});

export async function loadNotes(lake: R2Bucket, siteId: string, runId: string): Promise<ErasureNotes | null> {
  const object = await lake.get(erasureKey(siteId, runId));
  return object ? await object.json<ErasureNotes>() : null;
}

export async function saveNotes(lake: R2Bucket, siteId: string, runId: string, notes: ErasureNotes): Promise<void> {
  await lake.put(erasureKey(siteId, runId), JSON.stringify(notes));
}

export const deleteNotes = (lake: R2Bucket, siteId: string, runId: string): Promise<void> =>
  lake.delete(erasureKey(siteId, runId));

/** Deletes the notes of erasures that ended without doing so. @param before written before this time (ms). */
export async function deleteOldNotes(lake: R2Bucket, before: number): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await lake.list({ prefix: ERASURES, ...(cursor === undefined ? {} : { cursor }) });
    const old = page.objects.filter(({ uploaded }) => uploaded.getTime() < before).map(({ key }) => key);
    if (old.length > 0) await lake.delete(old);
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}
