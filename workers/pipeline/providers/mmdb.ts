// Provider `mmdb`: a file in the bucket, in MaxMind's format (https://maxmind.github.io/MaxMind-DB/).
import type { Reader, Response } from "mmdb-lib";
import { fieldsFor } from "../../domain/networks/provider-fields";
import { readReply } from "../../domain/networks/provider-reply";
import { Problem } from "../../domain/requests/problem";
import type { Provider } from "./provider";

/** The file stays in the isolate's memory, which is 128 MB in all. GeoLite2-ASN has 10 MB, GeoLite2-City 60 MB. */
const MAX_BYTES = 64 * 2 ** 20;

interface Kept {
  key: string;
  etag: string;
  reader: Reader<Response>;
}

/** The last file that this isolate has read. Many steps use it, and it changes once a week. */
let kept: Kept | null = null;

async function read(object: R2ObjectBody, key: string): Promise<Kept> {
  if (object.size > MAX_BYTES) {
    await object.body.cancel();
    throw new Problem("too_large", `IP_PROVIDER_FILE ${key} must have at most ${MAX_BYTES >> 20} MB`);
  }
  // Loaded on demand, to keep the start of collect fast.
  const { Reader } = await import("mmdb-lib");
  try {
    const reader = new Reader<Response>(Buffer.from(await object.arrayBuffer()));
    const { nodeCount, searchTreeSize, ipVersion } = reader.metadata;
    if (!(nodeCount > 0) || searchTreeSize > object.size || (ipVersion !== 4 && ipVersion !== 6))
      throw new Error("tree");
    return { key, etag: object.etag, reader };
  } catch (cause) {
    throw new Problem("invalid", `IP_PROVIDER_FILE ${key} is no MMDB file`, { cause: String(cause) });
  }
}

/** @throws Problem when the file is missing or has another format. */
async function load(lake: R2Bucket, key: string): Promise<Kept> {
  const known = kept?.key === key ? kept : null;
  const object = await lake.get(key, known ? { onlyIf: { etagDoesNotMatch: known.etag } } : {});
  if (!object) throw new Problem("not_found", `IP_PROVIDER_FILE ${key} is not in the bucket`);
  if (known && object.etag === known.etag) return known;
  // Two files at once would not fit into memory.
  kept = null;
  kept = await read(object as R2ObjectBody, key);
  return kept;
}

/** @throws Problem when the file is missing or has another format. */
export async function mmdbProvider({
  LAKE,
  IP_PROVIDER_FILE,
}: Pick<Cloudflare.Env, "LAKE" | "IP_PROVIDER_FILE">): Promise<Provider> {
  const { reader } = await load(LAKE, IP_PROVIDER_FILE);
  // The depth of the tree at which the file has an answer is the network's prefix length.
  const fields = { ...fieldsFor("mmdb"), ip: ["ip"], prefix: ["prefix"] };
  return {
    name: "mmdb",
    async lookUp(ip) {
      try {
        const [record, bits] = reader.getWithPrefixLength(ip);
        if (record === null) return { kind: "nothing" };
        const reading = readReply({ ...record, ip, prefix: `${ip}/${bits}` }, ip, fields);
        return reading.kind === "lie" ? { kind: "refused", reason: reading.reason } : reading;
      } catch (error) {
        return { kind: "refused", reason: `file is broken (${error instanceof Error ? error.name : "unknown error"})` };
      }
    },
  };
}
