// Caps of a property that tests can reach. They are smaller than an owner may set.
import { env } from "cloudflare:workers";
import type { Caps } from "../../workers/domain/properties/caps";

export async function givenCaps(siteId: string, caps: Partial<Caps>): Promise<void> {
  await env.DB.prepare("INSERT OR REPLACE INTO property_settings (site_id, settings) VALUES (?, ?)")
    .bind(siteId, JSON.stringify({ caps }))
    .run();
}
