// Properties, their data streams, keys and refusals: the API calls, and the list that the whole dashboard shares.
import { createSignal } from "solid-js";
import type { Measurements } from "../../../workers/domain/events/measurement";
import type { PageSettings as Pages } from "../../../workers/domain/events/path";
import type { Scope } from "../../../workers/domain/properties/caller";
import type { Privacy, Property, Stream, WithoutKey } from "../../../workers/domain/properties/property";
import type { RowBudget } from "../../../workers/domain/runs/row-budget";
import type { LivePicture } from "../../../workers/domain/visits/hub";
import { request } from "./api";

export type { LivePicture, Measurements, Pages, Privacy, Property, Scope, Stream, WithoutKey };

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: string;
  expires_at: string | null;
  /** The name of the user or key that created it. */
  created_by: string | null;
  /** A day, in UTC. */
  last_used_on: string | null;
  /** Only in the response to its creation. */
  key?: string;
}

export interface RefusalRow {
  reason: string;
  meaning: string;
  count: number;
}

const [properties, setProperties] = createSignal<Property[]>();

/** Undefined until the first load. */
export { properties };

export const propertyOf = (siteId: string | undefined): Property | undefined =>
  properties()?.find((property) => property.site_id === siteId);

/** The host of a property's first stream, by which its owner recognizes it. */
export function hostOf(property: Property | undefined): string | null {
  const url = property?.streams[0]?.url;
  return url && URL.canParse(url) ? new URL(url).host : null;
}

const root = "/api/v1/properties";
const at = (siteId: string, rest = ""): string => `${root}/${encodeURIComponent(siteId)}${rest}`;

export async function loadProperties(): Promise<void> {
  const list: Property[] = [];
  for (let next: string | undefined = ""; next !== undefined; ) {
    const page: { properties: Property[]; next?: string } = await request(next === "" ? root : `${root}?after=${next}`);
    list.push(...page.properties);
    next = page.next;
  }
  setProperties(list);
}

export const forgetProperties = (): void => {
  setProperties(undefined);
};

function keep(property: Property): void {
  setProperties((list = []) =>
    list.some((one) => one.site_id === property.site_id)
      ? list.map((one) => (one.site_id === property.site_id ? property : one))
      : [...list, property],
  );
}

export type NewProperty = Pick<Property, "name" | "timezone" | "currency"> & {
  privacy: Pick<Privacy, "honour_dnt">;
};

export async function createProperty(input: NewProperty): Promise<Property> {
  const property = await request<Property>(root, { method: "POST", body: input });
  keep(property);
  return property;
}

export type PropertyChange = Partial<
  Pick<Property, "name" | "timezone" | "currency" | "pages" | "privacy" | "public_live">
>;

export async function changeProperty(siteId: string, change: PropertyChange): Promise<void> {
  keep(await request<Property>(at(siteId), { method: "PATCH", body: change }));
}

export async function deleteProperty(siteId: string): Promise<void> {
  await request(at(siteId), { method: "DELETE" });
  setProperties((list) => list?.filter((one) => one.site_id !== siteId));
}

export type StreamDraft = Pick<Stream, "url" | "name" | "measurements">;

/** Reloads the list afterwards, because the API may have normalized the stream. */
async function reload(siteId: string): Promise<void> {
  keep(await request<Property>(at(siteId)));
}

export async function createStream(siteId: string, draft: StreamDraft): Promise<void> {
  await request(at(siteId, "/streams"), { method: "POST", body: draft });
  await reload(siteId);
}

export async function changeStream(siteId: string, id: string, change: Partial<StreamDraft>): Promise<void> {
  await request(at(siteId, `/streams/${encodeURIComponent(id)}`), { method: "PATCH", body: change });
  await reload(siteId);
}

export async function deleteStream(siteId: string, id: string): Promise<void> {
  await request(at(siteId, `/streams/${encodeURIComponent(id)}`), { method: "DELETE" });
  await reload(siteId);
}

export const loadKeys = async (siteId: string, signal: AbortSignal): Promise<ApiKey[]> =>
  (await request<{ keys: ApiKey[] }>(at(siteId, "/keys"), { signal })).keys;

/** Keys that are not limited to a property and apply to the whole organization. */
export const loadKeysOfAll = async (_: string, signal: AbortSignal): Promise<ApiKey[]> =>
  (await request<{ keys: ApiKey[] }>("/api/v1/keys", { signal })).keys;

export const deleteKeyOfAll = (id: string): Promise<void> =>
  request(`/api/v1/keys/${encodeURIComponent(id)}`, { method: "DELETE" });

/** @param expiresAt ISO 8601; null for a key that does not expire. */
export const createKey = (siteId: string, name: string, scopes: Scope[], expiresAt: string | null): Promise<ApiKey> =>
  request(at(siteId, "/keys"), { method: "POST", body: { name, scopes, expires_at: expiresAt } });

export const deleteKey = (siteId: string, id: string): Promise<void> =>
  request(at(siteId, `/keys/${encodeURIComponent(id)}`), { method: "DELETE" });

/** @param days until today, at most 366. */
export const loadRefusals = async (
  { siteId, days }: { siteId: string; days: number },
  signal: AbortSignal,
): Promise<RefusalRow[]> =>
  (await request<{ refusals: RefusalRow[] }>(at(siteId, `/refusals?days=${days}`), { signal })).refusals;

/** Rows of counts that the property writes, and what was shed. */
export const loadRowBudget = (siteId: string, signal: AbortSignal): Promise<RowBudget> =>
  request(at(siteId, "/pipeline/row-budget"), { signal });

export const loadLive = (siteId: string, signal: AbortSignal): Promise<LivePicture> =>
  request(at(siteId, "/live"), { signal });
