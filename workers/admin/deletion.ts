// Deletes the remains of a deleted property (hubs, lake objects, rows) in bounded portions.
import { and, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { countedIdsOf } from "../domain/counts/suspects";
import { erasureKey } from "../domain/lake/keys";
import { MOST_SHARDS } from "../domain/visits/capacity";
import { importName, shardName, singleImportName } from "../domain/visits/hub";
import { rollupPending } from "../storage/counts/tables";
import { deadLetters, lakeFiles, lakeGarbage } from "../storage/lake/tables";
import { deleteKeysOfProperty } from "../storage/properties/keys";
import { apiKeys, imports, properties } from "../storage/properties/tables";
import { PROPERTY_TABLES } from "../storage/property-tables";

type DeletionEnv = Pick<Cloudflare.Env, "DB" | "LAKE" | "HUB">;

/** R2 deletes at most this many objects at once. */
const OBJECTS = 1000;
/** Import hubs destroyed per portion. */
const IMPORTS = 100;
/**
 * Rows deleted per statement, which takes a fraction of a second. Deleting years of rollups at once would block D1's
 * only writer.
 */
const ROWS = 10_000;
/** Portions that the owner's request waits for, and portions per sweep. The next sweep runs five minutes later. */
const PORTIONS_NOW = 3;
const PORTIONS_SWEEP = 50;
/**
 * Isolates cache a property for 60 s, and hubs and the queue delay events. Sweeps delete late arrivals until this time
 * has passed.
 */
const LATE_MS = 30 * 60_000;

/**
 * Removes everything with the property's id, up to a number of portions. Idempotent.
 * @returns true when nothing is left.
 */
export async function removeRemains(env: DeletionEnv, siteId: string, portions = PORTIONS_NOW): Promise<boolean> {
  // Hubs first, because they write the data that the other steps remove.
  await destroyHubs(env.HUB, siteId);
  for (let portion = 0; portion < portions; portion++) if ((await removePortion(env, siteId)) === 0) return true;
  return false;
}

async function removePortion(env: DeletionEnv, siteId: string): Promise<number> {
  const removed = [
    await destroySingleImports(env, siteId),
    await deleteKeysOfProperty(env.DB, siteId),
    await deleteByPrefix(env.LAKE, `raw/site_id=${siteId}/`),
    await deleteByPrefix(env.LAKE, erasureKey(siteId)),
    await deleteListedObjects(env, siteId),
    await deleteGarbage(env, siteId),
    await deleteDeadLetters(env, siteId),
    await deleteRows(env.DB, siteId),
  ];
  return removed.reduce((sum, count) => sum + count, 0);
}

/**
 * Sweeps every deleted property, and forgets the properties that have received nothing for long enough.
 * @throws AggregateError after all were tried, if a property could not be swept.
 */
export async function sweepDeletedProperties(env: DeletionEnv, now: number): Promise<void> {
  const orm = drizzle(env.DB);
  const deleted = await orm.select().from(properties).where(isNotNull(properties.deleted_at));
  const failures: unknown[] = [];
  for (const { site_id, deleted_at } of deleted) {
    try {
      const clean = await removeRemains(env, site_id, PORTIONS_SWEEP);
      if (clean && now - (deleted_at ?? now) >= LATE_MS)
        await orm.delete(properties).where(eq(properties.site_id, site_id));
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "deleted properties could not all be swept");
}

async function destroyHubs(hubs: DeletionEnv["HUB"], siteId: string): Promise<void> {
  // All shards that the property may ever have had, not only its current ones.
  const names = Array.from({ length: MOST_SHARDS }, (_, shard) => shardName(siteId, shard));
  await Promise.all([...names, importName(siteId)].map((name) => hubs.getByName(name).destroy()));
}

/** Destroys hubs of an earlier version, which had one hub per import. */
async function destroySingleImports({ DB, HUB }: DeletionEnv, siteId: string): Promise<number> {
  const orm = drizzle(DB);
  const begun = await orm.select().from(imports).where(eq(imports.site_id, siteId)).limit(IMPORTS);
  if (begun.length === 0) return 0;
  const ids = begun.map(({ import_id }) => import_id);
  await Promise.all(ids.map((id) => HUB.getByName(singleImportName(siteId, id)).destroy()));
  await orm.delete(imports).where(and(eq(imports.site_id, siteId), sql`${imports.import_id} in ${jsonList(ids)}`));
  return begun.length;
}

/** Lists by prefix: an object whose D1 batch failed is not in D1, nor is what an erasure notes. */
async function deleteByPrefix(lake: R2Bucket, prefix: string): Promise<number> {
  const { objects } = await lake.list({ prefix, limit: OBJECTS });
  const keys = objects.map(({ key }) => key);
  if (keys.length > 0) await lake.delete(keys);
  return keys.length;
}

/** In the other zones, keys do not begin with the property's id, so D1 names the objects. */
async function deleteListedObjects({ DB, LAKE }: DeletionEnv, siteId: string): Promise<number> {
  const orm = drizzle(DB);
  const files = await orm.select().from(lakeFiles).where(eq(lakeFiles.site_id, siteId)).limit(OBJECTS);
  if (files.length === 0) return 0;
  // Objects before rows: a crash in between leaves rows without objects, not objects that nothing can find.
  await LAKE.delete(files.map(({ key }) => key));
  await orm.delete(lakeFiles).where(sql`${lakeFiles.id} in ${jsonList(files.map(({ id }) => id))}`);
  return files.length;
}

/** Deletes superseded objects, and announced objects that were never listed. */
async function deleteGarbage({ DB, LAKE }: DeletionEnv, siteId: string): Promise<number> {
  const orm = drizzle(DB);
  const garbage = await orm.select().from(lakeGarbage).where(eq(lakeGarbage.site_id, siteId)).limit(OBJECTS);
  if (garbage.length === 0) return 0;
  const keys = garbage.map(({ key }) => key);
  await LAKE.delete(keys);
  await orm.delete(lakeGarbage).where(sql`${lakeGarbage.key} in ${jsonList(keys)}`);
  return keys.length;
}

async function deleteDeadLetters({ DB, LAKE }: DeletionEnv, siteId: string): Promise<number> {
  const orm = drizzle(DB);
  const letters = await orm.select().from(deadLetters).where(eq(deadLetters.site_id, siteId)).limit(OBJECTS);
  if (letters.length === 0) return 0;
  await LAKE.delete(letters.map(({ key }) => key));
  await orm.delete(deadLetters).where(sql`${deadLetters.id} in ${jsonList(letters.map(({ id }) => id))}`);
  return letters.length;
}

/**
 * Tables whose rows are deleted together with the things they name (hubs, objects, cached keys), and the row that marks
 * the deletion.
 */
const DELETED_APART: readonly SQLiteTable[] = [imports, apiKeys, lakeFiles, lakeGarbage, deadLetters, properties];

/**
 * The other tables. Pending counts come before the days that they are folded into: a fold in between would add rows to
 * a table that has already been emptied.
 */
const ROWS_OF_PROPERTY = PROPERTY_TABLES.filter(({ table }) => !DELETED_APART.includes(table)).sort(
  (a, b) => Number(b.table === rollupPending) - Number(a.table === rollupPending),
);

async function deleteRows(db: D1Database, siteId: string): Promise<number> {
  const orm = drizzle(db);
  // Suspects and hours by name have ids of their own.
  const ids = jsonList(countedIdsOf(siteId));
  let deleted = 0;
  for (const { table, key, site } of ROWS_OF_PROPERTY) {
    const { meta } = await orm.run(
      sql`delete from ${table} where (${key}) in (select ${key} from ${table} where ${site} in ${ids} limit ${ROWS})`,
    );
    deleted += meta.changes;
  }
  return deleted;
}

/** One JSON parameter instead of many: D1 binds at most 100. */
const jsonList = (values: readonly (string | number)[]): SQL =>
  sql`(select value from json_each(${JSON.stringify(values)}))`;
