// Network addresses: how they are read, which are excluded, and how much of one is kept.
import ipaddr from "ipaddr.js";

/** How much of a visitor's address is kept: /24 or /48, all of it, or nothing. */
export type AddressPrivacy = "truncated" | "full" | "none";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Bits that are kept of a truncated address: what a network has, not a household. */
const KEPT_BITS = { ipv4: 24, ipv6: 48 } as const;

/** IPv4-mapped IPv6 counts as the IPv4 inside. Only four decimals are IPv4 here: `1`, `0x7f.1` and `010.0.0.1` are not. */
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
 * The address in what a header or a caller says: with a port, in brackets, among spaces, or a list as in
 * `X-Forwarded-For`. Of a list it is the first public one, since proxies put private addresses beside the visitor's;
 * where none is public the first. Visitor ids, exclusions and rate limits all read addresses here.
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

/** The address and its prefix length; null for what is neither an address nor a CIDR range such as 10.0.0.0/8. */
export function rangeOf(text: string): Range | null {
  const [base = "", bits, ...rest] = text.trim().split("/");
  const address = toAddress(base);
  if (!address || rest.length > 0) return null;
  const all = address.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [address, all];
  if (!/^\d{1,3}$/.test(bits)) return null;
  // `::ffff:10.0.0.0/104` names the IPv4 network 10.0.0.0/8.
  const mapped = all === 32 && base.includes(":") ? 96 : 0;
  const length = Number(bits) - mapped;
  return length >= 0 && length <= all ? [address, length] : null;
}

/** A property's list is the same array for as long as its configuration is cached, so it is read once. */
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

/** True when the address is one of, or lies in one of, the ranges (addresses or CIDR). What is no range matches nothing. */
export function isExcluded(address: string | null, ranges: readonly string[]): boolean {
  if (!address || ranges.length === 0) return false;
  const parsed = readAddress(address);
  if (!parsed) return false;
  return toRanges(ranges).some((range) => range[0].kind() === parsed.kind() && parsed.match(range));
}

/** 2000::/3 is all of IPv6 that has been given to networks. */
const IPV6_GIVEN: Range = [ipaddr.IPv6.parse("2000::"), 3];

function isGlobal(address: Address): boolean {
  return address.range() === "unicast" && (address.kind() === "ipv4" || address.match(IPV6_GIVEN));
}

/** True for an address of the public internet: not private, shared (carrier-grade NAT), reserved or for documentation. */
export function isPublicAddress(text: string): boolean {
  const address = toAddress(text);
  return address !== null && isGlobal(address);
}

/** Networks whose addresses hold an IPv4 address, and the byte at which it begins: 6to4 (RFC 3056) and NAT64 (RFC 6052). */
const IPV4_INSIDE: [...Range, number][] = [
  [ipaddr.IPv6.parse("2002::"), 16, 2],
  [ipaddr.IPv6.parse("64:ff9b::"), 96, 12],
];

/** The IPv4 address that a 6to4 or NAT64 address holds; any other address itself. */
function withoutTunnel(address: Address): Address {
  if (address.kind() === "ipv4") return address;
  const [, , byte] = IPV4_INSIDE.find(([base, bits]) => address.match([base, bits])) ?? [];
  return byte === undefined ? address : ipaddr.fromByteArray(address.toByteArray().slice(byte, byte + 4));
}

const isPublic = (address: Address): boolean => isGlobal(withoutTunnel(address));

/** True for the first address of a network that truncation keeps: in the record it stands for all of the network. */
const isNetwork = (address: Address): boolean =>
  address
    .toByteArray()
    .slice(KEPT_BITS[address.kind()] / 8)
    .every((byte) => byte === 0);

/**
 * True when an address, as the record has it, lies in one of the ranges: a truncated one when all of its network does.
 * What is left of it may be anybody's of the network.
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
 * What the property's privacy setting lets be kept: the /24 or /48 network's first address, the whole address in its
 * canonical form (RFC 5952), or null. Also null for what is no address.
 */
export function truncateAddress(address: string | null, privacy: AddressPrivacy): string | null {
  const parsed = address && privacy !== "none" ? toAddress(address) : null;
  if (!parsed) return null;
  return toText(parsed, privacy === "truncated" ? KEPT_BITS[parsed.kind()] / 8 : undefined);
}

/** Its first bytes, all of them unless said otherwise, in the one spelling of an address. */
function toText(address: Address, kept?: number): string {
  // Bytes and back: the zone of `fe80::1%eth0` is the sender's own affair.
  const bytes = address.toByteArray();
  if (kept !== undefined) bytes.fill(0, kept);
  const network = ipaddr.fromByteArray(bytes);
  return network instanceof ipaddr.IPv6 ? network.toRFC5952String() : network.toString();
}

/**
 * The one spelling (RFC 5952; an IPv4-mapped address as IPv4) of the address in a header or a caller's field, which may
 * have a port or be a list; null where there is no address.
 */
export const canonicalAddress = (text: string | null): string | null => {
  const address = readAddress(text);
  return address && toText(address);
};

/** The canonical address of a sender; of one in 6to4 or NAT64 the IPv4 address. Null for what is no address. */
export function senderAddress(text: string | null | undefined): string | null {
  const address = readAddress(text);
  return address && toText(withoutTunnel(address));
}

/** Bytes of an IPv6 address that a rate limit counts: its /64, which one subscriber has to themselves. */
const LIMITED_BYTES = 8;

/**
 * What a rate limit counts as one sender: an IPv4 address, also in 6to4 or NAT64 where each host would have a /64 of its
 * own or all share one, or the /64 of an IPv6 address, in one spelling. Anything else is one sender too: a header that
 * holds no address must not be a way around the limit.
 */
export function limitedNetwork(text: string | null | undefined): string {
  const address = readAddress(text);
  if (!address) return "unknown";
  const sender = withoutTunnel(address);
  return sender.kind() === "ipv4" ? toText(sender) : `${toText(sender, LIMITED_BYTES)}/64`;
}
