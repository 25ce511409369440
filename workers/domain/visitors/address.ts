// Network addresses: which are excluded, and how much of one is kept.
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
  const parsed = toAddress(address);
  if (!parsed) return false;
  return toRanges(ranges).some((range) => range[0].kind() === parsed.kind() && parsed.match(range));
}

/** 2000::/3 is all of IPv6 that has been given to networks. */
const IPV6_GIVEN: Range = [ipaddr.IPv6.parse("2000::"), 3];

/** True for an address of the public internet: not private, shared (carrier-grade NAT), reserved or for documentation. */
export function isPublicAddress(text: string): boolean {
  const address = toAddress(text);
  if (address?.range() !== "unicast") return false;
  return address.kind() === "ipv4" || address.match(IPV6_GIVEN);
}

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
  // Bytes and back: the zone of `fe80::1%eth0` is the sender's own affair.
  const bytes = parsed.toByteArray();
  if (privacy === "truncated") bytes.fill(0, KEPT_BITS[parsed.kind()] / 8);
  const kept = ipaddr.fromByteArray(bytes);
  return kept instanceof ipaddr.IPv6 ? kept.toRFC5952String() : kept.toString();
}

/** The one spelling of an address (RFC 5952; an IPv4-mapped one as IPv4); null for what is no address. */
export const canonicalAddress = (address: string | null): string | null => truncateAddress(address, "full");

/** Bytes of an IPv6 address that a rate limit counts: its /64, which one subscriber has to themselves. */
const LIMITED_BYTES = 8;

/**
 * What a rate limit counts as one sender: an IPv4 address, or the /64 of an IPv6 address, in one spelling. Anything else
 * is one sender too: a header that holds no address must not be a way around the limit.
 */
export function limitedNetwork(text: string | null | undefined): string {
  const address = text ? toAddress(text) : null;
  if (!address) return "unknown";
  if (address.kind() === "ipv4") return address.toString();
  const bytes = address.toByteArray().fill(0, LIMITED_BYTES);
  return `${(ipaddr.fromByteArray(bytes) as ipaddr.IPv6).toRFC5952String()}/64`;
}
