// Objects that still have the person although no list names them: replaced ones that wait for late readers, and what a
// crash has left behind. Nothing that a list names is touched, and nothing that a writer may still list.
import { textColumnsOf } from "../../domain/lake/table-parquet";
import { deleteGarbage, GRACE_MS, garbageOf } from "../../storage/lake/garbage";
import type { LakeEnv } from "../merge-unit";
import { findOrphans } from "../sweep";
import { countOf } from "./events";
import { type Notes, toPerson } from "./task";

/** Whether a table has any of the values in a column of text. */
async function hasAny(file: ArrayBuffer, values: ReadonlySet<unknown>): Promise<boolean> {
  for await (const column of textColumnsOf(file)) if (column.some((value) => values.has(value))) return true;
  return false;
}

/**
 * Whether an object that was announced, and that nobody has listed, has the person. Then nobody can list it any more if it
 * is older than the last look at the lake: what it was made of is not listed since.
 */
async function isLeft({ LAKE }: LakeEnv, key: string, notes: Notes): Promise<boolean> {
  const object = await LAKE.get(key);
  if (!object || object.uploaded.getTime() >= notes.checked_at) return false;
  const file = await object.arrayBuffer();
  if (/^(raw|events)\//.test(key)) return (await countOf(file, toPerson(notes))) > 0;
  return hasAny(file, new Set([notes.user_id, notes.person_id, ...notes.addresses]));
}

/**
 * Deletes a property's replaced objects at once, and those with the person that a crash has left. A reader that has listed
 * them before lists again.
 */
export async function sweepErased(
  env: LakeEnv,
  siteId: string,
  notes: Notes,
  note: (text: string) => void,
): Promise<{ objects_deleted: number }> {
  const now = Date.now();
  await findOrphans(env, siteId, now, 0);
  const garbage = await garbageOf(env.DB, siteId);
  const replaced = garbage.filter(({ delete_at }) => delete_at <= now + GRACE_MS).map(({ key }) => key);
  const left: string[] = [];
  for (const { key, delete_at } of garbage)
    if (delete_at > now + GRACE_MS && key.endsWith(".parquet") && (await isLeft(env, key, notes))) left.push(key);
  const objects_deleted = await deleteGarbage(env, siteId, [...replaced, ...left]);
  note(`${replaced.length} replaced objects, ${left.length} never listed`);
  return { objects_deleted };
}
