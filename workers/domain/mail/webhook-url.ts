// Which URLs a webhook may have.
import ipaddr from "ipaddr.js";

/** Names of this machine or the local network, not of public hosts (RFC 6761, RFC 8375, RFC 6762). */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|test|invalid|onion)$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** `[::1]` → `::1`; a name stays as it is, without a final dot. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

function isPublicHost(hostname: string): boolean {
  const host = bare(hostname);
  // IPv4 inside IPv6 (::ffff:127.0.0.1) is treated as IPv4.
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() === "unicast";
  return host.includes(".") && !PRIVATE_NAME.test(host);
}

export const isLoopbackUrl = (url: string): boolean => URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);

/**
 * The problem with a URL, or null. A deployed Worker reaches public hosts only: it has no private network, whatever a name
 * resolves to. Refusing private addresses there only gives an earlier answer. The local runtime reaches everything that its
 * machine reaches, so it allows loopback, for receivers in development, and refuses the rest of the private network.
 * @param local the Worker itself runs on loopback.
 */
export function faultOfWebhookUrl(url: string, local: boolean): string | null {
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "")
    return "must not contain a user name or password; verify the signature instead";
  if (local && LOOPBACK.test(hostname)) return null;
  if (!isPublicHost(hostname)) return "must be on a public host";
  return protocol === "https:" ? null : "must be https";
}
