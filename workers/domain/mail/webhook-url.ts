// Which addresses a webhook may have.
import ipaddr from "ipaddr.js";

/** Names that mean this machine or this network and no public host (RFC 6761, RFC 8375, RFC 6762). */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|test|invalid|onion)$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** `[::1]` → `::1`; a name stays as it is. A final dot says only that the name is complete. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

function isPublicHost(hostname: string): boolean {
  const host = bare(hostname);
  // IPv4 inside of IPv6 (::ffff:127.0.0.1) is judged as IPv4.
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() === "unicast";
  return host.includes(".") && !PRIVATE_NAME.test(host);
}

export const isLoopbackUrl = (url: string): boolean => URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);

/**
 * What is wrong with the address; null when nothing is. A deployed Worker's fetch reaches public hosts only: it has no
 * private network, and what a name resolves to cannot lead it into one. So private addresses are refused to say so at once,
 * not to protect something. The local runtime however reaches whatever its machine reaches: there, loopback is allowed, for
 * receivers that are being built, and the rest of the private network is not. `local`: the Worker itself runs on loopback.
 */
export function faultOfWebhookUrl(url: string, local: boolean): string | null {
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "") return "must not hold a user name or password: the signature says who posts";
  if (local && LOOPBACK.test(hostname)) return null;
  if (!isPublicHost(hostname)) return "must be on a public host";
  return protocol === "https:" ? null : "must be https";
}
