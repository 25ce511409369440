// Settings of properties in D1: retention, alerts, reports, caps. Only settings that an owner has changed are stored; the
// others have the defaults of the version that reads them.
import type { PropertySettings } from "../../domain/properties/settings";
import { STANDARD_SETTINGS, settingsInput } from "../../domain/properties/settings";

type Sections = keyof PropertySettings;
/** Absent fields stay as they are. Given fields are replaced as a whole. */
export type SettingsChanges = { [Section in Sections]?: Partial<PropertySettings[Section]> };

/** Rows of an older version get the defaults of newer settings. */
const toSettings = (json: string | null | undefined): PropertySettings =>
  json == null ? STANDARD_SETTINGS : settingsInput.parse(JSON.parse(json));

export async function loadSettings(db: D1Database, siteId: string): Promise<PropertySettings> {
  const row = await db
    .prepare("SELECT settings FROM property_settings WHERE site_id = ?")
    .bind(siteId)
    .first<{ settings: string }>();
  return toSettings(row?.settings);
}

/** The settings of many properties, in one round trip. Properties without settings have the defaults. */
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
 * Changes the given fields in one statement, so that two owners do not undo each other's changes. Not with json_patch,
 * which removes fields that are null: null is a value here ("forever").
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
