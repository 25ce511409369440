// Network addresses: parsing, exclusion and truncation.
import ipaddr from "ipaddr.js";

/** How much of a visitor's address is stored: /24 or /48, all of it, or nothing. */
export type AddressPrivacy = "truncated" | "full" | "none";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Bits of a truncated address that are stored: they identify a network, not a household. */
const KEPT_BITS = { ipv4: 24, ipv6: 48 } as const;

/**
 * IPv4-mapped IPv6 counts as its IPv4 address. Only four decimals are IPv4 here; `1`, `0x7f.1` and `010.0.0.1` are not.
 */
function toAddress(text: string): Address | null {
  if (text.includes(":")) return ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : null;
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : null;
}

/** `1.2.3.4:5678`, `[2001:db8::1]` and `[2001:db8::1]:443`. An IPv6 address without brackets has no port. */
const WITH_PORT = /^(?:([\d.]+):(\d{1,5})|\[([^\]]+)\](?::(\d{1,5}))?)$/;
const MAX_PORT = 65_535;

function withoutPort(text: string): string {
  const trimmed = text.trim();
  const [, four, fourPort, bracketed, port] = WITH_PORT.exec(trimmed) ?? [];
  return Number(fourPort ?? port ?? 0) > MAX_PORT ? trimmed : (four ?? bracketed ?? trimmed);
}

/**
 * The address in a header or a caller's field: with a port, in brackets, among spaces, or in a list as in
 * `X-Forwarded-For`. From a list it takes the first public address, because proxies add private addresses to the
 * visitor's; without a public one, the first. Visitor ids, exclusions and rate limits all parse addresses here.
 */
function readAddress(text: string | null | undefined): Address | null {
  if (!text) return null;
  const plain = toAddress(text);
  if (plain) return plain;
  const addresses = text
    .split(",")
    .map((part) => toAddress(withoutPort(part)))
    .filter((address) => address !== null);
  return addresses.find(isPublic) ?? addresses[0] ?? null;
}

/** The address and its prefix length; null if the text is neither an address nor a CIDR range such as 10.0.0.0/8. */
export function rangeOf(text: string): Range | null {
  const [base = "", bits, ...rest] = text.trim().split("/");
  const address = toAddress(base);
  if (!address || rest.length > 0) return null;
  const all = address.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [address, all];
  if (!/^\d{1,3}$/.test(bits)) return null;
  // `::ffff:10.0.0.0/104` is the IPv4 network 10.0.0.0/8.
  const mapped = all === 32 && base.includes(":") ? 96 : 0;
  const length = Number(bits) - mapped;
  return length >= 0 && length <= all ? [address, length] : null;
}

/** Parsed once: a property's list is the same array while its configuration is cached. */
const rangesOf = new WeakMap<readonly string[], Range[]>();

function toRanges(texts: readonly string[]): Range[] {
  let ranges = rangesOf.get(texts);
  if (!ranges) {
    ranges = texts.map(rangeOf).filter((range) => range !== null);
    rangesOf.set(texts, ranges);
  }
  return ranges;
}

/** True for an IPv4 address in four decimals or an IPv6 address. */
export const isAddress = (text: string): boolean => toAddress(text) !== null;

/** True if the address is in one of the ranges (addresses or CIDR). An invalid range matches nothing. */
export function isExcluded(address: string | null, ranges: readonly string[]): boolean {
  if (!address || ranges.length === 0) return false;
  const parsed = readAddress(address);
  if (!parsed) return false;
  return toRanges(ranges).some((range) => range[0].kind() === parsed.kind() && parsed.match(range));
}

/** 2000::/3 is all of IPv6 that has been assigned to networks. */
const IPV6_GIVEN: Range = [ipaddr.IPv6.parse("2000::"), 3];

function isGlobal(address: Address): boolean {
  return address.range() === "unicast" && (address.kind() === "ipv4" || address.match(IPV6_GIVEN));
}

/** True for an address of the public internet: not private, shared (carrier-grade NAT), reserved or for documentation. */
export function isPublicAddress(text: string): boolean {
  const address = toAddress(text);
  return address !== null && isGlobal(address);
}

/**
 * Networks whose addresses contain an IPv4 address, and the byte where it begins: 6to4 (RFC 3056) and NAT64 (RFC 6052).
 */
const IPV4_INSIDE: [...Range, number][] = [
  [ipaddr.IPv6.parse("2002::"), 16, 2],
  [ipaddr.IPv6.parse("64:ff9b::"), 96, 12],
];

/** The IPv4 address in a 6to4 or NAT64 address; any other address itself. */
function withoutTunnel(address: Address): Address {
  if (address.kind() === "ipv4") return address;
  const [, , byte] = IPV4_INSIDE.find(([base, bits]) => address.match([base, bits])) ?? [];
  return byte === undefined ? address : ipaddr.fromByteArray(address.toByteArray().slice(byte, byte + 4));
}

const isPublic = (address: Address): boolean => isGlobal(withoutTunnel(address));

/** True for the first address of a network of the truncated size. In the record it stands for the whole network. */
const isNetwork = (address: Address): boolean =>
  address
    .toByteArray()
    .slice(KEPT_BITS[address.kind()] / 8)
    .every((byte) => byte === 0);

/**
 * True if an address in the record lies in one of the ranges. A truncated address does if all of its network does,
 * because it may belong to anyone in the network.
 */
export function isRecordExcluded(address: string, ranges: readonly string[]): boolean {
  const parsed = ranges.length > 0 ? toAddress(address) : null;
  if (!parsed) return false;
  const most = isNetwork(parsed) ? KEPT_BITS[parsed.kind()] : Number.POSITIVE_INFINITY;
  return toRanges(ranges).some(
    ([base, bits]) => bits <= most && base.kind() === parsed.kind() && parsed.match([base, bits]),
  );
}

/**
 * The part of an address that the property's privacy setting allows storing: the first address of the /24 or /48
 * network, the whole address in canonical form (RFC 5952), or null. Null for an invalid address too.
 */
export function truncateAddress(address: string | null, privacy: AddressPrivacy): string | null {
  const parsed = address && privacy !== "none" ? toAddress(address) : null;
  if (!parsed) return null;
  return toText(parsed, privacy === "truncated" ? KEPT_BITS[parsed.kind()] / 8 : undefined);
}

/** The first bytes of an address (by default all) in canonical form. */
function toText(address: Address, kept?: number): string {
  // Converting to bytes and back removes the zone of `fe80::1%eth0`, which is meaningful only to the sender.
  const bytes = address.toByteArray();
  if (kept !== undefined) bytes.fill(0, kept);
  const network = ipaddr.fromByteArray(bytes);
  return network instanceof ipaddr.IPv6 ? network.toRFC5952String() : network.toString();
}

/**
 * The canonical form (RFC 5952; an IPv4-mapped address as IPv4) of the address in a header or a caller's field, which
 * may have a port or be a list; null without an address.
 */
export const canonicalAddress = (text: string | null): string | null => {
  const address = readAddress(text);
  return address && toText(address);
};

/** The canonical address of a sender, or the IPv4 address inside 6to4 or NAT64. Null for an invalid address. */
export function senderAddress(text: string | null | undefined): string | null {
  const address = readAddress(text);
  return address && toText(withoutTunnel(address));
}

/** Bytes of an IPv6 address that a rate limit uses: the /64, which belongs to one subscriber. */
const LIMITED_BYTES = 8;

/**
 * The unit of a rate limit: an IPv4 address, also inside 6to4 or NAT64, where each host would have its own /64 or all
 * would share one; or the /64 of an IPv6 address, in canonical form. Everything else counts as one sender, because a
 * header without a valid address must not bypass the limit.
 */
export function limitedNetwork(text: string | null | undefined): string {
  const address = readAddress(text);
  if (!address) return "unknown";
  const sender = withoutTunnel(address);
  return sender.kind() === "ipv4" ? toText(sender) : `${toText(sender, LIMITED_BYTES)}/64`;
}

/** The network around a sender, which one customer of a provider may have whole: a /24, or a /48 of IPv6. */
export function wideNetwork(text: string | null | undefined): string {
  const address = readAddress(text);
  if (!address) return "unknown network";
  const sender = withoutTunnel(address);
  const bits = KEPT_BITS[sender.kind()];
  return `${toText(sender, bits / 8)}/${bits}`;
}
