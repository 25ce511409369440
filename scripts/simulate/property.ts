// Reads the host and the rules of the property that a simulation sends to.
import { type Api, ApiError } from "../api.ts";
import type { KnownRule } from "./rule-matches.ts";

/** The reply, or nothing if the key has only the scope `ingest`. */
async function ask<T>(api: Api, path: string): Promise<T | null> {
  try {
    return await api.get<T>(path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return null;
    throw error;
  }
}

const pathOf = (siteId: string): string => `/api/v1/properties/${encodeURIComponent(siteId)}`;

/** The host of the property's first data stream; null when it has none, or the key may only ingest. */
export async function streamHost(api: Api, siteId: string): Promise<string | null> {
  const property = await ask<{ streams: { url: string }[] }>(api, pathOf(siteId));
  const [stream] = property?.streams ?? [];
  return stream ? new URL(stream.url).host : null;
}

/** The property's rules; none when the key may only ingest. */
export async function rulesOf(api: Api, siteId: string): Promise<KnownRule[]> {
  return (await ask<{ rules: KnownRule[] }>(api, `${pathOf(siteId)}/rules`))?.rules ?? [];
}
