// API keys in D1: stored as a hash, shown once, looked up at most once a minute per isolate.
import { and, desc, eq, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Scope } from "../../domain/properties/caller";
import { toHex } from "../../domain/requests/hex";
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
  /** ISO 8601. */
  created_at: string;
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
}

const KEY = /^tk_[0-9A-Za-z]{40}$/;
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_LENGTH = 9;

/** Known keys come with many requests, and broken programs repeat unknown ones. Neither should cost D1 reads. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_KEYS = 1_000;
const remembered = new Map<string, { key: KnownKey | null; until: number }>();

type KeyRow = typeof apiKeys.$inferSelect;

const toApiKey = ({ id, name, prefix, scopes, site_id, created_at }: KeyRow): ApiKey => ({
  id,
  name,
  prefix,
  scopes: scopes as Scope[],
  site_id,
  created_at: new Date(created_at).toISOString(),
});

const ownedBy = ({ organization_id, site_id }: KeyOwner) =>
  and(
    eq(apiKeys.organization_id, organization_id),
    site_id === null ? isNull(apiKeys.site_id) : eq(apiKeys.site_id, site_id),
  );

/** @returns the description of the key and the key itself, which cannot be read again. */
export async function createKey(
  db: D1Database,
  owner: KeyOwner,
  { name, scopes }: { name: string; scopes: readonly Scope[] },
  now: number,
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
  };
  await drizzle(db).insert(apiKeys).values(row);
  // The cache may have this key as unknown from an earlier attempt.
  remembered.delete(row.hash);
  return { ...toApiKey(row), key };
}

/** The rights of a key; null for an unknown key. A key deleted in another isolate works here for up to a minute. */
export async function findKey(db: D1Database, key: string, now: number): Promise<KnownKey | null> {
  if (!KEY.test(key)) return null;
  const hash = await hashOf(key);
  const known = remembered.get(hash);
  if (known && now < known.until) return known.key;
  const [row] = await drizzle(db).select().from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
  const found = row
    ? { id: row.id, organization_id: row.organization_id, site_id: row.site_id, scopes: row.scopes as Scope[] }
    : null;
  remember(hash, found, now);
  return found;
}

/** Newest first. */
export async function listKeys(db: D1Database, owners: readonly KeyOwner[]): Promise<ApiKey[]> {
  const orm = drizzle(db);
  // A statement per owner, in one round trip: a member of many organizations would need more than 100 bound parameters.
  const [first, ...others] = owners.map((owner) =>
    orm.select().from(apiKeys).where(ownedBy(owner)).orderBy(desc(apiKeys.created_at), desc(apiKeys.id)),
  );
  return first ? (await orm.batch([first, ...others])).flat().map(toApiKey) : [];
}

/** @returns false when none of the owners has such a key. */
export async function deleteKey(db: D1Database, owners: readonly KeyOwner[], id: string): Promise<boolean> {
  const orm = drizzle(db);
  const [first, ...others] = owners.map((owner) =>
    orm
      .delete(apiKeys)
      .where(and(ownedBy(owner), eq(apiKeys.id, id)))
      .returning({ hash: apiKeys.hash }),
  );
  return first ? forget((await orm.batch([first, ...others])).flat()) > 0 : false;
}

/** Deletes the keys that are limited to a property. @returns how many. */
export async function deleteKeysOfProperty(db: D1Database, siteId: string): Promise<number> {
  return forget(await drizzle(db).delete(apiKeys).where(eq(apiKeys.site_id, siteId)).returning({ hash: apiKeys.hash }));
}

function remember(hash: string, key: KnownKey | null, now: number): void {
  remembered.delete(hash);
  // A Map keeps the order of insertion, so the first entry is the oldest look-up.
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size >= REMEMBERED_KEYS) remembered.delete(oldest);
  remembered.set(hash, { key, until: now + REMEMBERED_MS });
}

function forget(deleted: { hash: string }[]): number {
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
