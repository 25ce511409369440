// Exclusions of an owner: addresses, ranges and pages. An entry that can never match is a typing error.
import { pageOf, toAscii } from "../events/path";
import { isPlain } from "../requests/plain";
import { isAddress, rangeOf } from "../visitors/address";

/**
 * The shortest prefixes used in practice: 10.0.0.0/8 and fc00::/7. A shorter one is a mistake that would exclude a
 * large part of all visitors.
 */
const LEAST_BITS = { ipv4: 8, ipv6: 7 } as const;
const MOST_BITS = { ipv4: 32, ipv6: 128 } as const;

/** The problem with an excluded address, as text that follows the subject; null without one. */
export function faultOfExcludedAddress(text: string): string | null {
  const base = text.split("/")[0]!;
  // A zone (fe80::1%eth0) is meaningful only on the machine that wrote it.
  if (!isAddress(base) || base.includes("%"))
    return "must be an IPv4 or IPv6 address such as 203.0.113.7, or a range such as 203.0.113.0/24";
  const range = rangeOf(text);
  const kind = rangeOf(base)![0].kind();
  if (range && range[1] >= LEAST_BITS[kind]) return null;
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const mapped = kind === "ipv4" && base.includes(":") ? 96 : 0;
  return `must have a prefix length from /${LEAST_BITS[kind] + mapped} to /${MOST_BITS[kind] + mapped}`;
}

/** The problem with the name of a query parameter, as text that follows the subject; null without one. */
export function faultOfParameter(name: string): string | null {
  if (name.trim() === "") return "must not be empty";
  return /[?&=#\s]/.test(name) ? "must be the name of one parameter, such as id" : null;
}

/** The problem with an excluded path, as text that follows the subject; null without one. */
export function faultOfExcludedPath(pattern: string): string | null {
  if (!isPlain(pattern)) return "must not contain control characters or lone surrogates";
  if (!pattern.startsWith("/")) return "must begin with /, such as /admin/*";
  if (pattern.includes("?")) return "must not contain a query, because pages are compared without theirs";
  // The star may include the slash at the start of a route in the fragment.
  const probe = pattern.replace(/#(!?)\*/, "#$1/*");
  if (/#(?!!?\/)/.test(probe)) return "must not contain a fragment other than a route such as /#/admin";
  const written = pageOf(new URL(`https://any.example${probe}`), true);
  return written === toAscii(probe) ? null : `never matches a page: browsers write it as ${written}`;
}
