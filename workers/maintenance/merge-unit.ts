// Carrying out a unit of compaction: its objects are read and merged, what comes out is written, and a swap puts it in
// their place. Begun anew after a crash it writes other objects; what it had written before is swept.
import { periodOf, type TableZone, type Unit } from "../domain/lake/compaction";
import { eventsKey, pipelineKey } from "../domain/lake/keys";
import { type MergeInput, type MergeRules, mergeEvents } from "../domain/lake/merge";
import { type AddressRules, mergeTables } from "../domain/lake/merge-tables";
import type { LakeFile, NewObject } from "../domain/lake/object";
import { announceObjects } from "../storage/lake/garbage";
import { createObject } from "../storage/lake/objects";
import { enrichmentReader, filesById, listFiles, readObject } from "../storage/lake/reading";
import { swapObjects } from "../storage/lake/swap";

export type LakeEnv = Pick<Cloudflare.Env, "DB" | "LAKE">;

/** What became of a unit. */
export interface Merged {
  /** False when an input was gone: somebody else did it, or an earlier try. */
  done: boolean;
  objects: number;
  rows: number;
}

const NOT_DONE: Merged = { done: false, objects: 0, rows: 0 };

/** What is to be changed on the way. */
export interface Changes {
  rules?: Pick<MergeRules, "keeps" | "addressOf" | "onRemoved" | "changed">;
  addresses?: AddressRules;
  /** What else belongs into the batch of the swap, once everything has been read. */
  more?: (outputs: readonly NewObject[]) => D1PreparedStatement[];
}

/** Objects of one attempt have names of their own: who comes second can neither overwrite nor sweep what the first listed. */
const markOf = (level: number): string => `-${level}-${crypto.randomUUID().slice(0, 8)}`;

export async function mergeUnit(
  env: LakeEnv,
  siteId: string,
  { zone, level, inputs }: Pick<Unit, "zone" | "level" | "inputs">,
  today: string,
  now: number,
  changes: Changes = {},
): Promise<Merged> {
  const files = await filesById(env.DB, siteId, inputs);
  if (files.length < inputs.length) return NOT_DONE;
  const outputs =
    zone === "raw" || zone === "events"
      ? await writeEvents(env, siteId, files, level, today, now, changes)
      : await writeTable(env, siteId, zone as TableZone, files, now, changes);
  const done = await swapObjects(env.DB, siteId, files, outputs, now, changes.more?.(outputs));
  return done ? { done, objects: outputs.length, rows: outputs.reduce((sum, { rows }) => sum + rows, 0) } : NOT_DONE;
}

export async function writeEvents(
  env: LakeEnv,
  siteId: string,
  files: readonly LakeFile[],
  level: number,
  today: string,
  now: number,
  { rules }: Changes,
): Promise<NewObject[]> {
  // Those of raw objects are merged and removed after these: what held when they were listed holds now.
  const enrichments = files.some(({ zone }) => zone === "raw")
    ? await listFiles(env.DB, siteId, ["ip_enrichment"])
    : [];
  const foundFor = enrichmentReader(env.LAKE, enrichments);
  const inputs: MergeInput[] = [];
  for (const file of files) inputs.push({ file: await readObject(env.LAKE, file.key), found: await foundFor(file) });
  const mark = markOf(level);
  const outputs: NewObject[] = [];
  const merged = mergeEvents(inputs, {
    ...rules,
    periodOf: (date) => (level === 3 ? date.slice(0, 7) : periodOf(date, today)),
  });
  for await (const { body, event_type, ...facts } of merged) {
    const key = eventsKey(event_type, facts.min_date, siteId, `${files[0]!.id}-${files.at(-1)!.id}${mark}`);
    await announceObjects(env.DB, siteId, [key], now);
    const bytes = await createObject(env.LAKE, key, body);
    outputs.push({ ...facts, event_type, key, bytes, level, zone: "events", first_id: null, last_id: null });
  }
  return outputs;
}

async function writeTable(
  env: LakeEnv,
  siteId: string,
  zone: TableZone,
  files: readonly LakeFile[],
  now: number,
  { addresses }: Changes,
): Promise<NewObject[]> {
  const read: ArrayBuffer[] = [];
  for (const { key } of files) read.push(await readObject(env.LAKE, key));
  const { rows, body } = await mergeTables(zone, read, addresses);
  if (rows === 0) return [];
  const least = (fact: "min_time" | "first_id") => Math.min(...files.map((file) => file[fact] ?? 0));
  const most = (fact: "max_time" | "last_id") => Math.max(...files.map((file) => file[fact] ?? 0));
  const range = { first_id: least("first_id"), last_id: most("last_id") };
  const times = { min_time: least("min_time"), max_time: most("max_time") };
  const dates = files.flatMap(({ min_date, max_date }) => [min_date, max_date]).sort();
  const [min_date, max_date] = [dates[0]!, dates.at(-1)!];
  const key = pipelineKey(zone, min_date, siteId, range.first_id, range.last_id, markOf(1));
  await announceObjects(env.DB, siteId, [key], now);
  const bytes = await createObject(env.LAKE, key, body);
  return [{ zone, key, rows, bytes, ...times, min_date, max_date, level: 1, event_type: null, ...range }];
}
