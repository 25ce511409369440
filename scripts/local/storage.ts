// What a running local system has stored, read through the explorer that wrangler serves beside the Worker: another
// process on the same files would have to wait for, or disturb, the one that writes them.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LOCAL_DATABASE } from "./config.ts";

export const BUCKET = "trackkit-lake";
const explorer = (worker: string, path: string): string => `${worker}/cdn-cgi/local/explorer/api/${path}`;

export type Row = Record<string, string | number | null>;

interface Raw {
  success: boolean;
  errors: { message: string }[];
  result: { results?: RowSet; columns?: string[]; rows?: RowSet["rows"] }[];
}

interface RowSet {
  columns: string[];
  rows: (string | number | null)[][];
}

async function runQuery(url: string, body: object, what: string): Promise<Row[]> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const raw = (await response.json()) as Raw;
  if (!raw.success)
    throw new Error(`${what} refused the query: ${raw.errors.map(({ message }) => message).join("; ")}`);
  const [first] = raw.result;
  const { columns = [], rows = [] } = first?.results ?? first ?? {};
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])));
}

/** Rows of the local database. @throws Error when the statement fails. */
export const queryD1 = (worker: string, sql: string, params: (string | number)[] = []): Promise<Row[]> =>
  runQuery(explorer(worker, `d1/database/${LOCAL_DATABASE}/raw`), { sql, params }, "D1");

const HUBS = "workers/durable_objects/namespaces/trackkit-PropertyHub";

/** Ids of the hubs that have storage. */
export async function storedHubs(worker: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: "1000", ...(cursor ? { cursor } : {}) });
    const response = await fetch(explorer(worker, `${HUBS}/objects?${query}`));
    if (!response.ok) throw new Error(`Listing of hubs answered ${response.status}: ${await response.text()}`);
    const { result, result_info: info } = (await response.json()) as Hubs;
    ids.push(...result.map(({ id }) => id));
    cursor = info?.cursor || undefined;
  } while (cursor);
  return ids;
}

interface Hubs {
  result: { id: string }[];
  result_info?: { cursor?: string };
}

/** Rows of a hub's own SQLite. @throws Error when the statement fails. */
export const queryHub = (worker: string, id: string, sql: string): Promise<Row[]> =>
  runQuery(explorer(worker, `${HUBS}/query`), { durable_object_id: id, queries: [{ sql }] }, "Hub");

interface Listing {
  result: { key: string }[];
  result_info?: { cursor?: string; is_truncated?: string | boolean };
}

/** Keys of the objects in the local lake, in order. */
export async function lakeKeys(worker: string, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ prefix, ...(cursor ? { cursor } : {}) });
    const response = await fetch(explorer(worker, `r2/buckets/${BUCKET}/objects?${query}`));
    if (!response.ok) throw new Error(`Lake listing answered ${response.status}: ${await response.text()}`);
    const { result, result_info: info } = (await response.json()) as Listing;
    keys.push(...result.map((object) => object.key));
    cursor = String(info?.is_truncated) === "true" ? info?.cursor : undefined;
  } while (cursor);
  return keys.sort();
}

/** Downloads the lake's Parquet objects into a folder, under their keys. Returns the paths. */
export async function downloadLake(worker: string, folder: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for (const key of await lakeKeys(worker, prefix)) {
    if (!key.endsWith(".parquet")) continue;
    const response = await fetch(explorer(worker, `r2/buckets/${BUCKET}/objects/${encodeURIComponent(key)}`));
    if (!response.ok) throw new Error(`Lake object ${key} answered ${response.status}`);
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    paths.push(path);
  }
  return paths;
}
