// Prefixes: the networks (CIDR) of an address, for look-ups in a cache.
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Bits of an address's network if the provider names none: as many as in a truncated address. */
const OWN_BITS = { ipv4: 24, ipv6: 48 } as const;
/**
 * The shortest and the longest prefix that a provider may name. With a wider one, a single reply would cover a large
 * part of the internet; an IPv6 /64 is one household.
 */
const BITS = { ipv4: [16, 32], ipv6: [32, 64] } as const;

/** @throws when the text is not an address. */
const toAddress = (text: string): Address => ipaddr.process(text);

function toPrefix(address: Address, bits: number): string {
  const bytes = address.toByteArray();
  for (let i = 0; i < bytes.length; i++) {
    const kept = Math.min(Math.max(bits - i * 8, 0), 8);
    bytes[i] = bytes[i]! & (0xff << (8 - kept));
  }
  const base = ipaddr.fromByteArray(bytes);
  return `${base instanceof ipaddr.IPv6 ? base.toRFC5952String() : base.toString()}/${bits}`;
}

/** The /24 or /48 of an address. @throws when the text is not an address. */
export function prefixOf(ip: string): string {
  const address = toAddress(ip);
  return toPrefix(address, OWN_BITS[address.kind()]);
}

/** All prefixes of an address that may be cached, the narrowest first. @throws when the text is not an address. */
export function prefixesOf(ip: string): string[] {
  const address = toAddress(ip);
  const [least, most] = BITS[address.kind()];
  const prefixes: string[] = [];
  for (let bits = most; bits >= least; bits--) prefixes.push(toPrefix(address, bits));
  return prefixes;
}

/** A provider's prefix in canonical form; null if it is invalid, too wide, or does not include the address. */
export function namedPrefix(ip: string, named: string): string | null {
  const match = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(named.trim());
  if (!match || !ipaddr.isValid(match[1]!)) return null;
  const [address, base] = [toAddress(ip), toAddress(match[1]!)];
  const bits = Number(match[2]);
  const [least, most] = BITS[address.kind()];
  if (base.kind() !== address.kind() || bits < least || bits > (base.kind() === "ipv4" ? 32 : 128)) return null;
  const kept = Math.min(bits, most);
  return toPrefix(base, kept) === toPrefix(address, kept) ? toPrefix(address, kept) : null;
}

/** True when two texts are the same address. */
export const isSameAddress = (one: string, other: string): boolean =>
  ipaddr.isValid(one) && ipaddr.isValid(other) && toAddress(one).toString() === toAddress(other).toString();
