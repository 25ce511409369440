// Builds small MMDB files (https://maxmind.github.io/MaxMind-DB/), so that no provider's data is needed.
import ipaddr from "ipaddr.js";

type Value = string | number | Value[] | { [name: string]: Value };

const START_OF_METADATA = [0xab, 0xcd, 0xef, ...new TextEncoder().encode("MaxMind.com")];
const SEPARATOR = 16;

/** Control byte and size of a field; types above 7 have a byte of their own. */
function control(type: number, size: number): number[] {
  const [short, extra] =
    size < 29 ? [size, []] : size < 285 ? [29, [size - 29]] : [30, [(size - 285) >> 8, (size - 285) & 255]];
  return type <= 7 ? [(type << 5) | short, ...extra] : [short, type - 7, ...extra];
}

function encode(value: Value): number[] {
  if (typeof value === "string") {
    const bytes = [...new TextEncoder().encode(value)];
    return [...control(2, bytes.length), ...bytes];
  }
  if (typeof value === "number")
    return [...control(6, 4), value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
  if (Array.isArray(value)) return [...control(11, value.length), ...value.flatMap(encode)];
  const entries = Object.entries(value);
  return [...control(7, entries.length), ...entries.flatMap(([name, inner]) => [...encode(name), ...encode(inner)])];
}

/** A file with one record per network (CIDR); IPv4 networks lie in the IPv6 tree at ::/96. */
export function mmdbFile(networks: Record<string, Value>): Uint8Array {
  // A node has a child for 0 and for 1: another node, a place in the data, or nothing.
  type Child = { node: number } | { data: number } | null;
  const nodes: [Child, Child][] = [[null, null]];
  const data: number[] = [];
  for (const [network, record] of Object.entries(networks)) {
    const [address, length] = ipaddr.parseCIDR(network);
    const isIpv4 = address.kind() === "ipv4";
    const bytes = [...(isIpv4 ? new Array<number>(12).fill(0) : []), ...address.toByteArray()];
    const bits = length + (isIpv4 ? 96 : 0);
    let at = 0;
    for (let i = 0; i < bits; i++) {
      const side = ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) as 0 | 1;
      if (i === bits - 1) nodes[at]![side] = { data: data.length };
      else {
        const child = nodes[at]![side];
        if (child && "node" in child) at = child.node;
        else {
          nodes[at]![side] = { node: nodes.length };
          at = nodes.length;
          nodes.push([null, null]);
        }
      }
    }
    data.push(...encode(record));
  }
  const recordFor = (child: Child): number => {
    if (child === null) return nodes.length;
    return "node" in child ? child.node : nodes.length + SEPARATOR + child.data;
  };
  const tree = nodes.flat().flatMap((child) => {
    const record = recordFor(child);
    return [record >> 16, (record >> 8) & 255, record & 255];
  });
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_790_000_000,
    database_type: "Test",
    description: { en: "Made by a test" },
    ip_version: 6,
    languages: ["en"],
    node_count: nodes.length,
    record_size: 24,
  });
  return new Uint8Array([...tree, ...new Array<number>(SEPARATOR).fill(0), ...data, ...START_OF_METADATA, ...metadata]);
}
