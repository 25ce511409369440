// Visitor secrets: one random secret per property and local date, with which collect hashes addresses and agents, and one
// per hour that seals visit tokens. All isolates share them through D1, and each isolate caches those it has read.
import { lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { toHex } from "../../domain/requests/hex";
import { forgetSecrets } from "../../domain/visitors/keyed-hash";
import { visitorSecrets } from "./tables";

/**
 * Secrets are destroyed this long (ms) after their creation: after the day itself and the visits that cross its
 * midnight. The secret of an hour's tokens is destroyed this long after the hour.
 */
export const SECRET_LIFE = 48 * 3_600_000;

/** The `site_id` of the token secrets, which all properties share. The id of a property has ten letters and digits. */
const TOKENS = "visit tokens";
const HOUR = 3_600_000;

/** Secrets that an isolate caches, about 200 bytes each. An import of thirty years has 11,000 dates. */
const MOST_SECRETS = 20_000;

interface Secret {
  secret: string;
  made_at: number;
}

/** By site_id and date. */
const remembered = new Map<string, Secret>();

const keyOf = (siteId: string, date: string): string => `${siteId} ${date}`;

/** The secrets of some dates if the isolate has cached all of them, else null. */
function rememberedSecrets(siteId: string, dates: readonly string[], now: number): Map<string, string> | null {
  const secrets = new Map<string, string>();
  for (const date of dates) {
    const known = remembered.get(keyOf(siteId, date));
    if (!known || known.made_at <= now - SECRET_LIFE) return null;
    secrets.set(date, known.secret);
  }
  return secrets;
}

function remember(siteId: string, date: string, secret: Secret): void {
  const key = keyOf(siteId, date);
  // A Map keeps the order of insertion, so the first entry was read longest ago.
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size >= MOST_SECRETS) remembered.delete(oldest);
  remembered.delete(key);
  remembered.set(key, secret);
}

function forgetExpired(now: number): void {
  const before = remembered.size;
  for (const [key, { made_at }] of remembered) if (made_at <= now - SECRET_LIFE) remembered.delete(key);
  if (remembered.size < before) forgetSecrets();
}

const randomSecret = (): string => toHex(crypto.getRandomValues(new Uint8Array(16)));

async function readSecrets(
  db: D1Database,
  siteId: string,
  dates: readonly string[],
  now: number,
  madeAt = now,
): Promise<Map<string, string>> {
  const made = JSON.stringify(dates.map((date) => [date, randomSecret()]));
  // One round trip that writes nothing when the secrets exist. It replaces an expired secret even if the cron has not
  // deleted it yet, so that all isolates stop using it at the same time.
  const [, { results }] = (await db.batch<Secret & { date: string }>([
    db
      .prepare(
        `INSERT INTO visitor_secrets (site_id, date, secret, made_at)
         SELECT ?1, value ->> 0, value ->> 1, ?4 FROM json_each(?2) WHERE true
         ON CONFLICT (site_id, date) DO UPDATE SET secret = excluded.secret, made_at = excluded.made_at
         WHERE made_at <= ?3`,
      )
      .bind(siteId, made, now - SECRET_LIFE, madeAt),
    db
      .prepare(
        `SELECT date, secret, made_at FROM visitor_secrets
         WHERE site_id = ?1 AND date IN (SELECT value ->> 0 FROM json_each(?2))`,
      )
      .bind(siteId, made),
  ])) as [D1Result, D1Result<Secret & { date: string }>];
  forgetExpired(now);
  for (const { date, secret, made_at } of results) remember(siteId, date, { secret, made_at });
  return new Map(results.map(({ date, secret }) => [date, secret]));
}

/** The secrets of some dates. Missing ones are created. One read of D1 per isolate, property and date. */
export async function secretsFor(
  db: D1Database,
  siteId: string,
  dates: readonly string[],
  now: number,
): Promise<Map<string, string>> {
  return rememberedSecrets(siteId, dates, now) ?? readSecrets(db, siteId, dates, now);
}

const endOf = (hour: number): number => (hour + 1) * HOUR;

/**
 * The secret for the tokens of an hour (hours since 1970), created when it is missing. It counts as made at the end of its
 * hour, so it outlives the hour's last token by nothing and its first token by an hour.
 */
export async function tokenSecretFor(db: D1Database, hour: number, now: number): Promise<string> {
  const date = String(hour);
  const known = rememberedSecrets(TOKENS, [date], now) ?? (await readSecrets(db, TOKENS, [date], now, endOf(hour)));
  const secret = known.get(date);
  if (secret === undefined) throw new Error("an hour has no token secret");
  return secret;
}

/** The secret for the tokens of an hour; null if it is destroyed or never existed. */
export async function existingTokenSecret(db: D1Database, hour: number, now: number): Promise<string | null> {
  const date = String(hour);
  if (endOf(hour) <= now - SECRET_LIFE) return null;
  const known = rememberedSecrets(TOKENS, [date], now)?.get(date);
  if (known !== undefined) return known;
  forgetExpired(now);
  const row = await db
    .prepare("SELECT secret, made_at FROM visitor_secrets WHERE site_id = ?1 AND date = ?2")
    .bind(TOKENS, date)
    .first<Secret>();
  if (!row || row.made_at <= now - SECRET_LIFE) return null;
  remember(TOKENS, date, row);
  return row.secret;
}

/** Destroys expired secrets. */
export async function destroySecrets(db: D1Database, now: number): Promise<void> {
  await drizzle(db)
    .delete(visitorSecrets)
    .where(lte(visitorSecrets.made_at, now - SECRET_LIFE));
  forgetExpired(now);
}
