// API keys in D1: stored as a hash, shown once, looked up at most once a minute per isolate.
import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Scope } from "../../domain/properties/caller";
import { toHex } from "../../domain/requests/hex";
import { Problem } from "../../domain/requests/problem";
import { apiKeys } from "./tables";

/** A key as shown to its owner. */
export interface ApiKey {
  id: string;
  name: string;
  /** The first characters of the key, to distinguish it from others. */
  prefix: string;
  scopes: Scope[];
  /** Set if the key is limited to one property. */
  site_id: string | null;
  /** ISO 8601, as the other times. */
  created_at: string;
  /** Null: the key does not expire. */
  expires_at: string | null;
  /** The name of the user or key that made it; null if unknown or deleted. */
  created_by: string | null;
  /** The day (UTC) on which it was last used; null if never. */
  last_used_on: string | null;
}

/** The owner of keys: a property, or an organization for keys that are not limited to a property. */
export interface KeyOwner {
  organization_id: string;
  site_id: string | null;
}

/** The rights of a key. */
export interface KnownKey extends KeyOwner {
  id: string;
  scopes: Scope[];
  /** Milliseconds; null if the key does not expire. */
  expires_at: number | null;
}

/** Who makes a key. */
export interface KeyCreator {
  kind: "user" | "key";
  id: string;
}

const KEY = /^tk_[0-9A-Za-z]{40}$/;
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_LENGTH = 9;

/** Known keys come with many requests, and broken programs repeat unknown ones. Neither should cost D1 reads. */
const REMEMBERED_MS = 60_000;
const UNKNOWN_MS = 10_000;
const REMEMBERED_KEYS = 1_000;
const remembered = new Map<string, { key: KnownKey; until: number }>();
/** The end of the time for which a key counts as unknown. Separate, so that made-up keys do not push out known ones. */
const unknown = new Map<string, number>();

type KeyRow = typeof apiKeys.$inferSelect;
type ShownRow = Pick<
  KeyRow,
  "id" | "name" | "prefix" | "scopes" | "site_id" | "created_at" | "expires_at" | "used_at"
> & { creator: string | null };

const SHOWN = {
  id: apiKeys.id,
  name: apiKeys.name,
  prefix: apiKeys.prefix,
  scopes: apiKeys.scopes,
  site_id: apiKeys.site_id,
  created_at: apiKeys.created_at,
  expires_at: apiKeys.expires_at,
  used_at: apiKeys.used_at,
  creator: sql<string | null>`coalesce(
    (select name from user where 'user:' || user.id = api_keys.created_by),
    (select maker.name from api_keys maker where 'key:' || maker.id = api_keys.created_by))`,
};

const toText = (time: number): string => new Date(time).toISOString();

const toApiKey = ({
  id,
  name,
  prefix,
  scopes,
  site_id,
  created_at,
  expires_at,
  used_at,
  creator,
}: ShownRow): ApiKey => ({
  id,
  name,
  prefix,
  scopes: scopes as Scope[],
  site_id,
  created_at: toText(created_at),
  expires_at: expires_at === null ? null : toText(expires_at),
  created_by: creator,
  last_used_on: used_at === null ? null : toText(used_at).slice(0, 10),
});

const ownedBy = ({ organization_id, site_id }: KeyOwner) =>
  and(
    eq(apiKeys.organization_id, organization_id),
    site_id === null ? isNull(apiKeys.site_id) : eq(apiKeys.site_id, site_id),
  );

/**
 * @returns the description of the key and the key itself, which cannot be read again.
 * @throws Problem unauthorized if the key that creates it has been deleted.
 */
export async function createKey(
  db: D1Database,
  owner: KeyOwner,
  { name, scopes, expires_at = null }: { name: string; scopes: readonly Scope[]; expires_at?: number | null },
  now: number,
  creator: KeyCreator | null = null,
): Promise<ApiKey & { key: string }> {
  const key = `tk_${randomLetters(40)}`;
  const row: KeyRow = {
    id: crypto.randomUUID(),
    organization_id: owner.organization_id,
    site_id: owner.site_id,
    name,
    hash: await hashOf(key),
    prefix: key.slice(0, PREFIX_LENGTH),
    scopes: [...new Set(scopes)],
    created_at: now,
    expires_at,
    created_by: creator && `${creator.kind}:${creator.id}`,
    used_at: null,
  };
  // A key that was deleted in another isolate is remembered here for up to a minute. In that time it must not make a key
  // that stays.
  const { meta } = await db
    .prepare(
      `INSERT INTO api_keys (id, organization_id, site_id, name, hash, prefix, scopes, created_at, expires_at, created_by)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
       WHERE ?10 IS NULL OR ?10 LIKE 'user:%' OR EXISTS (SELECT 1 FROM api_keys maker WHERE 'key:' || maker.id = ?10)`,
    )
    .bind(
      row.id,
      row.organization_id,
      row.site_id,
      row.name,
      row.hash,
      row.prefix,
      JSON.stringify(row.scopes),
      row.created_at,
      row.expires_at,
      row.created_by,
    )
    .run();
  if (meta.changes === 0) throw new Problem("unauthorized", "API key is invalid");
  const [shown] = await drizzle(db).select(SHOWN).from(apiKeys).where(eq(apiKeys.id, row.id));
  // The cache may have this key as unknown from an earlier attempt.
  unknown.delete(row.hash);
  return { ...toApiKey(shown ?? { ...row, creator: null }), key };
}

/**
 * The rights of a key; null for an unknown or expired key. A key deleted in another isolate works here for up to a minute.
 * @param beforeLookUp runs before D1 is read, and throws for a caller who tries too many keys.
 */
export async function findKey(
  db: D1Database,
  key: string,
  now: number,
  beforeLookUp: () => Promise<void>,
): Promise<KnownKey | null> {
  if (!KEY.test(key)) return null;
  const hash = await hashOf(key);
  const known = remembered.get(hash);
  if (known && now < known.until) return unexpired(known.key, now);
  if (now < (unknown.get(hash) ?? 0)) return null;
  await beforeLookUp();
  const [row] = await drizzle(db).select().from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
  if (!row) {
    remember(unknown, hash, now + UNKNOWN_MS);
    return null;
  }
  const found = {
    id: row.id,
    organization_id: row.organization_id,
    site_id: row.site_id,
    scopes: row.scopes as Scope[],
    expires_at: row.expires_at,
  };
  remember(remembered, hash, { key: found, until: now + REMEMBERED_MS });
  if (unexpired(found, now)) await noteUse(db, row, now);
  return unexpired(found, now);
}

const unexpired = (key: KnownKey, now: number): KnownKey | null =>
  key.expires_at === null || now < key.expires_at ? key : null;

const DAY_MS = 86_400_000;

/** At most one write a day and key. */
async function noteUse(db: D1Database, { id, used_at }: KeyRow, now: number): Promise<void> {
  const today = now - (now % DAY_MS);
  if (used_at !== null && used_at >= today) return;
  await drizzle(db)
    .update(apiKeys)
    .set({ used_at: now })
    .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.used_at), lt(apiKeys.used_at, today))));
}

/** Newest first. */
export async function listKeys(db: D1Database, owners: readonly KeyOwner[]): Promise<ApiKey[]> {
  const orm = drizzle(db);
  // A statement per owner, in one round trip: a member of many organizations would need more than 100 bound parameters.
  const [first, ...others] = owners.map((owner) =>
    orm.select(SHOWN).from(apiKeys).where(ownedBy(owner)).orderBy(desc(apiKeys.created_at), desc(apiKeys.id)),
  );
  return first ? (await orm.batch([first, ...others])).flat().map(toApiKey) : [];
}

/**
 * Deletes a key, and the keys that it made: whoever has stolen one must not keep its children.
 * @returns the ids of the deleted keys and the key's owner; null when none of the owners has such a key.
 */
export async function deleteKey(
  db: D1Database,
  owners: readonly KeyOwner[],
  id: string,
): Promise<{ owner: KeyOwner; ids: string[] } | null> {
  const orm = drizzle(db);
  const [first, ...others] = owners.map((owner) =>
    orm
      .select({ organization_id: apiKeys.organization_id, site_id: apiKeys.site_id })
      .from(apiKeys)
      .where(and(ownedBy(owner), eq(apiKeys.id, id))),
  );
  const [owner] = first ? (await orm.batch([first, ...others])).flat() : [];
  if (!owner) return null;
  const { results } = await db
    .prepare(
      `DELETE FROM api_keys WHERE id IN (
         WITH RECURSIVE gone (id) AS (
           SELECT ?1 UNION SELECT made.id FROM api_keys made JOIN gone ON made.created_by = 'key:' || gone.id)
         SELECT id FROM gone)
       RETURNING id, hash`,
    )
    .bind(id)
    .all<{ id: string; hash: string }>();
  forgetKeys(results);
  return { owner, ids: results.map((key) => key.id) };
}

/** Deletes the keys that are limited to a property. @returns how many. */
export async function deleteKeysOfProperty(db: D1Database, siteId: string): Promise<number> {
  return forgetKeys(
    await drizzle(db).delete(apiKeys).where(eq(apiKeys.site_id, siteId)).returning({ hash: apiKeys.hash }),
  );
}

function remember<V>(among: Map<string, V>, hash: string, value: V): void {
  among.delete(hash);
  // A Map keeps the order of insertion, so the first entry is the oldest look-up.
  const [oldest] = among.keys();
  if (oldest !== undefined && among.size >= REMEMBERED_KEYS) among.delete(oldest);
  among.set(hash, value);
}

/** Keys that have been deleted no longer work in this isolate. @returns how many. */
export function forgetKeys(deleted: readonly { hash: string }[]): number {
  for (const { hash } of deleted) remembered.delete(hash);
  return deleted.length;
}

async function hashOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return toHex(new Uint8Array(digest));
}

/**
 * 62 does not divide 256. Bytes from 248 on are discarded, otherwise the first eight letters would be more
 * frequent.
 */
function randomLetters(length: number): string {
  let letters = "";
  while (letters.length < length)
    for (const byte of crypto.getRandomValues(new Uint8Array(length)))
      if (byte < 248 && letters.length < length) letters += LETTERS[byte % 62];
  return letters;
}
