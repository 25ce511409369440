// How long an owner wants things kept: of the settings only what the record and its counts are removed by.
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Retention, settingsInput } from "../domain/settings";
import { propertySettings } from "./pipeline-tables";

export async function loadRetention(db: D1Database, siteId: string): Promise<Retention> {
  const [row] = await drizzle(db)
    .select({ settings: propertySettings.settings })
    .from(propertySettings)
    .where(eq(propertySettings.site_id, siteId));
  // A setting that came later than the row takes its standard.
  return settingsInput.parse(row?.settings ?? {}).retention;
}
