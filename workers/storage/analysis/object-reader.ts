// Reads objects of the lake that are needed more than once: to see where their rows lie and to read these, and for one
// portion of days after the other.
import type { LakeFile } from "../../domain/lake/object";
import { readObject } from "../lake/reading";

/** Bytes that a reader keeps. Raw objects have at most 128 KB, so these are the last hundred or more. */
const MOST_BYTES = 16 * 1024 * 1024;

export class ObjectReader {
  readonly lake: R2Bucket;
  /** In the order of the last use. */
  private readonly bodies = new Map<string, ArrayBuffer>();
  private readonly most: number;
  private held = 0;

  constructor(lake: R2Bucket, most = MOST_BYTES) {
    this.lake = lake;
    this.most = most;
  }

  async read({ key }: Pick<LakeFile, "key">): Promise<ArrayBuffer> {
    const body = this.bodies.get(key) ?? (await readObject(this.lake, key));
    this.drop(key);
    // An object that large would push out all others.
    if (body.byteLength > this.most / 4) return body;
    this.bodies.set(key, body);
    this.held += body.byteLength;
    for (const oldest of this.bodies.keys()) {
      if (this.held <= this.most) break;
      this.drop(oldest);
    }
    return body;
  }

  private drop(key: string): void {
    this.held -= this.bodies.get(key)?.byteLength ?? 0;
    this.bodies.delete(key);
  }
}
