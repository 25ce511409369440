// Sweeping the lake: what was superseded or left behind by a crash is deleted when its time has come.

import { inTurns } from "../jobs/turns";
import { countedAmong } from "../storage/counts/counts";
import { discardStatement, sweepGarbage } from "../storage/lake/garbage";
import { rawAmong } from "../storage/lake/reading";

type SweepEnv = Pick<Cloudflare.Env, "DB" | "LAKE">;

/** An object that is in no list this long after it was written was not left there by somebody who is still at it. */
const ORPHAN_MS = 86_400_000;

/**
 * Raw objects that nobody lists although their messages have been counted: a message that came again after compaction had
 * deleted its object was written once more, and then refused by its receipt. They are put among the garbage.
 * @param age (ms) that they must have. @returns how many.
 */
export async function findOrphans(
  { DB, LAKE }: SweepEnv,
  siteId: string,
  now: number,
  age = ORPHAN_MS,
): Promise<number> {
  const prefix = `raw/site_id=${siteId}/`;
  let found = 0;
  let cursor: string | undefined;
  do {
    const page = await LAKE.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    const old = page.objects.filter(({ uploaded }) => uploaded.getTime() <= now - age).map(({ key }) => key);
    if (old.length > 0) {
      // Counted first, listed second: both are written in one batch, so what is counted by now is listed by then.
      const counted = await countedAmong(DB, old.map(messageOf));
      const listed = await rawAmong(DB, siteId, old);
      const orphans = old.filter((key) => counted.has(messageOf(key)) && !listed.has(key));
      if (orphans.length > 0) await discardStatement(DB, siteId, orphans, now).run();
      found += orphans.length;
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found;
}

/** The message that an object was made of is the last part of its key. */
const messageOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1, -".parquet".length);

/** Finds what nobody lists, of some properties, and deletes whatever is due. @returns how many objects of each. */
export async function sweepLake(
  env: SweepEnv,
  siteIds: readonly string[],
  now: number,
): Promise<{ orphans: number; swept: number }> {
  let orphans = 0;
  for await (const siteId of inTurns(siteIds)) orphans += await findOrphans(env, siteId, now);
  return { orphans, swept: await sweepGarbage(env, now) };
}
