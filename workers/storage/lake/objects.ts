// The lake: Parquet objects in R2, written once and never changed.

/** Writes an object unless the key exists. Returns the size in bytes, of the existing object if there is one. */
export async function createObject(lake: R2Bucket, key: string, body: ArrayBuffer): Promise<number> {
  const created = await lake.put(key, body, { onlyIf: new Headers({ "If-None-Match": "*" }) });
  if (created) return created.size;
  const existing = await lake.head(key);
  if (!existing) throw new Error(`object ${key} was neither created nor found`);
  return existing.size;
}
