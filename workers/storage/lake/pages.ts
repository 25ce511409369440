// The list of a property's objects in pages that belong to one moment, or say that the moment is over.
import type { LakeFile } from "../../domain/lake/object";

/** Where a page begins, and the list that it belongs to. */
export interface FilesCursor {
  /** The highest id of the list. Ids are never reused, so what came later has a higher one. */
  watermark: number;
  /** The number of its objects. A swap replaces objects by ones with higher ids, so fewer are left up to the watermark. */
  objects: number;
  /** The last id that was told. */
  after: number;
}

export interface FilesPage {
  files: LakeFile[];
  watermark: number;
  next: FilesCursor | null;
}

/**
 * A page of all objects, oldest first.
 * @param cursor of the page before; null for the first.
 * @returns null if an object of the cursor's list has been replaced or deleted since: the list must be read again.
 */
export async function readFilesPage(
  db: D1Database,
  siteId: string,
  limit: number,
  cursor: FilesCursor | null,
): Promise<FilesPage | null> {
  // One batch is one transaction, so both statements see the same moment.
  const [moments, listed] = await db.batch<unknown>([
    db
      .prepare(
        `SELECT coalesce(max(id), 0) AS watermark, count(*) AS objects FROM lake_files
         WHERE site_id = ?1 AND (?2 IS NULL OR id <= ?2)`,
      )
      .bind(siteId, cursor?.watermark ?? null),
    db
      .prepare(
        "SELECT * FROM lake_files WHERE site_id = ?1 AND id > ?2 AND (?3 IS NULL OR id <= ?3) ORDER BY id LIMIT ?4",
      )
      .bind(siteId, cursor?.after ?? 0, cursor?.watermark ?? null, limit + 1),
  ]);
  const { watermark, objects } = moments!.results[0] as Pick<FilesCursor, "watermark" | "objects">;
  if (cursor && objects !== cursor.objects) return null;
  const found = listed!.results as LakeFile[];
  const files = found.slice(0, limit);
  const list = cursor ?? { watermark, objects };
  const next = found.length > limit ? { ...list, after: files.at(-1)!.id } : null;
  return { files, watermark: list.watermark, next };
}
