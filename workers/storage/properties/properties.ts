// Properties and their data streams in D1. No function finds a property that its owner has deleted.
import { and, asc, eq, inArray, isNull, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Goal } from "../../domain/analysis/saved/saved";
import { type PageSettings, STANDARD_PAGES } from "../../domain/events/path";
import type { Rule } from "../../domain/events/rule";
import { NEW_RETENTION } from "../../domain/lake/retention";
import {
  type Privacy,
  type Property,
  type PropertyInput,
  type Stream,
  type StreamInput,
  toMeasurements,
} from "../../domain/properties/property";
import { canonicalZone } from "../../domain/time/zone-name";
import type { ShardChange } from "../../domain/visits/shard";
import { goals } from "../saved/tables";
import { createShortId } from "./short-id";
import { properties, propertySettings, rules, streams } from "./tables";

type PropertyRow = typeof properties.$inferSelect;
type StreamRow = typeof streams.$inferSelect;
export type PropertyChanges = Partial<Omit<PropertyInput, "streams" | "privacy" | "pages">> & {
  privacy?: Partial<Privacy>;
  pages?: Partial<PageSettings>;
  shard_changes?: ShardChange[];
};
export type StreamChanges = Partial<StreamInput>;

const toStream = ({ id, url, name, measurements }: StreamRow): Stream => ({
  id,
  url,
  name,
  // Stored streams lack newer measurements, which get their defaults.
  measurements: toMeasurements(measurements),
});

const toProperty = ({ deleted_at: _, version: __, created_at, ...row }: PropertyRow, of: StreamRow[]): Property => ({
  ...row,
  // Older properties may have the zone under a former name.
  timezone: canonicalZone(row.timezone),
  // Stored properties lack newer settings, which get their defaults.
  privacy: {
    ...row.privacy,
    storage: row.privacy.storage ?? "none",
    subdomains: row.privacy.subdomains ?? true,
    without_key: row.privacy.without_key ?? [],
  },
  pages: { ...STANDARD_PAGES, ...row.pages },
  streams: of.filter((stream) => stream.site_id === row.site_id).map(toStream),
  created_at: new Date(created_at).toISOString(),
});

/** Properties that match, with their streams, oldest first: one round trip. @param limit all of them by default. */
async function findProperties(db: D1Database, matching: SQL, limit = -1): Promise<Property[]> {
  const orm = drizzle(db);
  const alive = and(matching, isNull(properties.deleted_at));
  const order = [asc(properties.created_at), asc(properties.site_id)];
  const wanted = orm
    .select({ id: properties.site_id })
    .from(properties)
    .where(alive)
    .orderBy(...order)
    .limit(limit);
  const [found, of] = await orm.batch([
    orm
      .select()
      .from(properties)
      .where(alive)
      .orderBy(...order)
      .limit(limit),
    orm
      .select()
      .from(streams)
      .where(inArray(streams.site_id, wanted))
      .orderBy(asc(streams.created_at), asc(streams.id)),
  ]);
  return found.map((row) => toProperty(row, of));
}

/** The property with its streams; null if it does not exist or has been deleted. */
export async function loadProperty(db: D1Database, siteId: string): Promise<Property | null> {
  return (await findProperties(db, eq(properties.site_id, siteId)))[0] ?? null;
}

/** A property for collect, with the version of its configuration, its rules and its goals. */
export interface Configuration {
  property: Property;
  version: number;
  rules: Omit<Rule, "name" | "created_at">[];
  goals: Pick<Goal, "id" | "filter">[];
}

/** Everything from one version, in one round trip. */
export async function loadConfiguration(db: D1Database, siteId: string): Promise<Configuration | null> {
  const orm = drizzle(db);
  const [found, of, withRules, withGoals] = await orm.batch([
    orm
      .select()
      .from(properties)
      .where(and(eq(properties.site_id, siteId), isNull(properties.deleted_at))),
    orm.select().from(streams).where(eq(streams.site_id, siteId)).orderBy(asc(streams.created_at), asc(streams.id)),
    orm.select().from(rules).where(eq(rules.site_id, siteId)).orderBy(asc(rules.created_at), asc(rules.id)),
    orm
      .select({ id: goals.id, filter: goals.filter })
      .from(goals)
      .where(eq(goals.site_id, siteId))
      .orderBy(asc(goals.created_at), asc(goals.id)),
  ]);
  const [row] = found;
  return row ? { property: toProperty(row, of), version: row.version, rules: withRules, goals: withGoals } : null;
}

/** Records a change of the property, its streams, its rules or its goals. @returns the new version. */
export async function raiseVersion(db: D1Database, siteId: string): Promise<number> {
  const [row] = await drizzle(db)
    .update(properties)
    .set({ version: sql`${properties.version} + 1` })
    .where(eq(properties.site_id, siteId))
    .returning({ version: properties.version });
  return row?.version ?? 0;
}

export interface PropertyPage {
  properties: Property[];
  /** Where the next page begins; absent on the last one. */
  next?: string;
}

/** Properties of organizations, oldest first. @param page.after what the page before gave as `next`. */
export async function listProperties(
  db: D1Database,
  organizationIds: readonly string[],
  page: { siteId: string | null; limit: number; after?: string | undefined },
): Promise<PropertyPage> {
  if (organizationIds.length === 0) return { properties: [] };
  const [time = "0", id = ""] = page.after?.split("-") ?? [];
  const found = await findProperties(
    db,
    // One JSON parameter: D1 takes at most 100 bound parameters, a user may belong to more organizations.
    sql`${properties.organization_id} in (select value from json_each(${JSON.stringify(organizationIds)}))
      and (${page.siteId} is null or ${properties.site_id} = ${page.siteId})
      and (${properties.created_at}, ${properties.site_id}) > (${Number(time)}, ${id})`,
    page.limit + 1,
  );
  const shown = found.slice(0, page.limit);
  const last = shown.at(-1);
  if (!last || found.length <= page.limit) return { properties: shown };
  return { properties: shown, next: `${Date.parse(last.created_at)}-${last.site_id}` };
}

/** Organizations with properties, including properties being deleted. */
export async function organizationsWithProperties(db: D1Database): Promise<string[]> {
  const rows = await drizzle(db).selectDistinct({ id: properties.organization_id }).from(properties);
  return rows.map(({ id }) => id);
}

export async function createProperty(
  db: D1Database,
  organizationId: string,
  { streams: given, ...input }: PropertyInput,
  now: number,
): Promise<Property> {
  const orm = drizzle(db);
  const row: PropertyRow = {
    ...input,
    site_id: createShortId(),
    organization_id: organizationId,
    version: 0,
    shard_changes: [],
    created_at: now,
    deleted_at: null,
  };
  // Streams created together keep their order by timestamps one millisecond apart.
  const streamRows = given.map((stream, index) => toStreamRow(row.site_id, stream, now + index));
  // A statement per stream: 20 rows of six columns would be more than D1's 100 bound parameters.
  await orm.batch([
    orm.insert(properties).values(row),
    orm.insert(propertySettings).values({ site_id: row.site_id, settings: { retention: NEW_RETENTION } }),
    ...streamRows.map((stream) => orm.insert(streams).values(stream)),
  ]);
  return toProperty(row, streamRows);
}

/**
 * Fields missing in the changes keep their values, also in `privacy` and `pages`. @returns null when the property is
 * gone.
 */
export async function updateProperty(
  db: D1Database,
  siteId: string,
  { privacy, pages, ...changes }: PropertyChanges,
): Promise<Property | null> {
  await drizzle(db)
    .update(properties)
    .set({ ...changes, privacy: patched(properties.privacy, privacy), pages: patched(properties.pages, pages) })
    .where(and(eq(properties.site_id, siteId), isNull(properties.deleted_at)));
  return loadProperty(db, siteId);
}

/** A JSON column with some of its fields changed. */
const patched = (column: SQLWrapper, changes: object = {}): SQL =>
  sql`json_patch(${column}, ${JSON.stringify(changes)})`;

/** Hides the property from everybody. admin/deletion.ts removes its data. */
export async function markPropertyDeleted(db: D1Database, siteId: string, now: number): Promise<void> {
  await drizzle(db)
    .update(properties)
    .set({ deleted_at: now })
    .where(and(eq(properties.site_id, siteId), isNull(properties.deleted_at)));
}

export async function createStream(db: D1Database, siteId: string, input: StreamInput, now: number): Promise<Stream> {
  const row = toStreamRow(siteId, input, now);
  await drizzle(db).insert(streams).values(row);
  return toStream(row);
}

/** Measurements missing in the changes stay as they are. @returns null if the property has no such stream. */
export async function updateStream(
  db: D1Database,
  siteId: string,
  streamId: string,
  { measurements, ...changes }: StreamChanges,
): Promise<Stream | null> {
  const [row] = await drizzle(db)
    .update(streams)
    .set({ ...changes, measurements: patched(streams.measurements, measurements) })
    .where(and(eq(streams.site_id, siteId), eq(streams.id, streamId)))
    .returning();
  return row ? toStream(row) : null;
}

/** @returns false when the property has no such stream. */
export async function deleteStream(db: D1Database, siteId: string, streamId: string): Promise<boolean> {
  const gone = await drizzle(db)
    .delete(streams)
    .where(and(eq(streams.site_id, siteId), eq(streams.id, streamId)))
    .returning({ id: streams.id });
  return gone.length > 0;
}

const toStreamRow = (siteId: string, { url, name, measurements }: StreamInput, createdAt: number): StreamRow => ({
  id: crypto.randomUUID(),
  site_id: siteId,
  url,
  name,
  measurements: toMeasurements(measurements),
  created_at: createdAt,
});
