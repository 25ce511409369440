// The URLs that a data stream may have: those of websites that a browser can open.
import { hostOf } from "../events/path";

/**
 * Labels of a name as URL writes them (punycode), or an IPv6 address. Underscores are not valid in hosts, but in use.
 */
const HOST = /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.|$))+$|^\[[0-9a-f:.]+\]$/;

/** The problem with the URL, as text that follows the subject; null without one. */
export function faultOfStreamUrl(text: string): string | null {
  const host = /^https?:\/\/[^/\s?#]+/i.test(text) ? hostOf(text) : null;
  if (host === null) return "must be an http or https address";
  const { username, password } = new URL(text);
  if (username !== "" || password !== "") return "must not contain a user name or password";
  if (host.includes("*")) return "must not contain a * in its host, because subdomains are included";
  return HOST.test(host) ? null : "must have a host such as www.example.com";
}
