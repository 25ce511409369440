// What owners set beside their properties, in D1: retention, alerts, reports. Only what was set is kept, so that what
// nobody set follows the standard of the version that reads it.
import type { PropertySettings } from "../../domain/properties/settings";
import { STANDARD_SETTINGS, settingsInput } from "../../domain/properties/settings";

type Sections = keyof PropertySettings;
/** Fields that are absent stay as they are; those that are given are replaced as a whole. */
export type SettingsChanges = { [Section in Sections]?: Partial<PropertySettings[Section]> };

/** Rows that an older version wrote get the standard of what has come since. */
const toSettings = (json: string | null | undefined): PropertySettings =>
  json == null ? STANDARD_SETTINGS : settingsInput.parse(JSON.parse(json));

export async function loadSettings(db: D1Database, siteId: string): Promise<PropertySettings> {
  const row = await db
    .prepare("SELECT settings FROM property_settings WHERE site_id = ?")
    .bind(siteId)
    .first<{ settings: string }>();
  return toSettings(row?.settings);
}

/** The settings of many properties, in one round trip. Those that set nothing have the standard. */
export async function loadSettingsOf(
  db: D1Database,
  siteIds: readonly string[],
): Promise<Map<string, PropertySettings>> {
  const { results } = await db
    .prepare("SELECT site_id, settings FROM property_settings WHERE site_id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(siteIds))
    .all<{ site_id: string; settings: string }>();
  const known = new Map(results.map(({ site_id, settings }) => [site_id, settings]));
  return new Map(siteIds.map((siteId) => [siteId, toSettings(known.get(siteId))]));
}

/**
 * Changes what is named, in one statement: two owners at once do not undo each other's fields. Not by json_patch, to which
 * null means that a field is to be taken away: null is a value here ("for ever").
 */
export async function changeSettings(
  db: D1Database,
  siteId: string,
  changes: SettingsChanges,
): Promise<PropertySettings> {
  const fields = Object.entries(changes).flatMap(([section, values]) =>
    Object.entries(values ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [`$.${section}.${field}`, JSON.stringify(value)] as const),
  );
  if (fields.length === 0) return loadSettings(db, siteId);
  const sets = fields.map((_, i) => `?${2 * i + 2}, json(?${2 * i + 3})`).join(", ");
  const row = await db
    .prepare(
      `INSERT INTO property_settings (site_id, settings) VALUES (?1, json_set('{}', ${sets}))
       ON CONFLICT (site_id) DO UPDATE SET settings = json_set(settings, ${sets}) RETURNING settings`,
    )
    .bind(siteId, ...fields.flat())
    .first<{ settings: string }>();
  return toSettings(row?.settings);
}
