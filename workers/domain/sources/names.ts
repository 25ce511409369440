// Looks up the known source of a host or a tag.
import { remembered } from "../visitors/remember";
import { ADDITIONS, type SourceKind, TAG_ALIASES } from "./additions";
import { AI_ASSISTANTS, SEARCH_ENGINES, SOCIAL_NETWORKS } from "./known-hosts";

export interface NamedSource {
  name: string;
  kind: SourceKind;
}

interface Index {
  /** By host, or by host and path. `exact` is for search engines: mail.google.com is not a search. */
  exact: Map<string, NamedSource>;
  /** Hosts that include their subdomains: alice.tumblr.com is tumblr. */
  family: Map<string, NamedSource>;
  /** By lower-case name. */
  names: Map<string, NamedSource>;
}

/** Earlier tables take precedence: the lists also have ChatGPT as a search engine and YouTube as a social network. */
const TABLES: readonly [kind: SourceKind, table: string, scope: "exact" | "family"][] = [
  ["site", ADDITIONS.site, "family"],
  ["ai", ADDITIONS.ai, "family"],
  ["ai", AI_ASSISTANTS, "family"],
  ["video", ADDITIONS.video, "family"],
  ["shopping", ADDITIONS.shopping, "family"],
  ["email", ADDITIONS.email, "family"],
  ["social", ADDITIONS.social, "family"],
  ["social", SOCIAL_NETWORKS, "family"],
  ["search", ADDITIONS.search, "family"],
  ["search", SEARCH_ENGINES, "exact"],
];

/** Names in the list of search engines that are of another kind. */
const KIND_OF_NAME: Record<string, SourceKind> = { "Google Shopping": "shopping", "Google Video": "video" };

function readTables(): Index {
  const index: Index = { exact: new Map(), family: new Map(), names: new Map() };
  for (const [kind, table, scope] of TABLES) {
    for (const entry of table.split(/;\n?/)) {
      const [name = "", hosts = ""] = entry.split("=");
      // A name has one kind, whichever table lists its hosts.
      const source = index.names.get(name.toLowerCase()) ?? { name, kind: KIND_OF_NAME[name] ?? kind };
      index.names.set(name.toLowerCase(), source);
      for (const host of hosts.split(/\s+/)) if (!index[scope].has(host)) index[scope].set(host, source);
    }
  }
  return index;
}

let read: Index | undefined;
/** Read on the first look-up, because Cloudflare limits the start-up time of a Worker. */
const index = (): Index => {
  read ??= readTables();
  return read;
};

/**
 * The host itself and with a country as `{}`: google.co.uk is `google.{}`, de.search.yahoo.com `{}.search.yahoo.com`.
 * The tables have countries only at the end and as first or second label.
 */
function spellings(host: string): string[] {
  const top = host.replace(/\.(?:(?:com?|net|org|edu)\.)?(?:[a-z]{2}|cat)$/, ".{}");
  const labels = host.split(".");
  const inner = labels
    .slice(0, 2)
    .flatMap((label, i) => (i < labels.length - 1 && /^[a-z]{2}$/.test(label) ? [labels.with(i, "{}").join(".")] : []));
  return [host, ...(top === host ? [] : [top]), ...inner];
}

/** `x.com/i/grok` before `x.com/i` before `x.com`. No entry has more than two segments. */
function withPaths(host: string, path: string): string[] {
  const [first, second] = path.split("/").filter(Boolean);
  return [...(second ? [`${host}/${first}/${second}`] : []), ...(first ? [`${host}/${first}`] : []), host];
}

function lookUp(address: string): NamedSource | null {
  const { exact, family } = index();
  const slash = address.indexOf("/");
  const host = slash < 0 ? address : address.slice(0, slash);
  const path = slash < 0 ? "" : address.slice(slash);
  const bare = host.replace(/^(?:www?\d*|m|mobile|amp)\./, "");
  const hosts = [...new Set([host, bare, `www.${bare}`])];
  const candidates = hosts.flatMap(spellings).flatMap((spelling) => withPaths(spelling, path));
  for (const candidate of candidates) {
    const source = family.get(candidate) ?? exact.get(candidate);
    if (source) return source;
  }
  for (let parent = bare; parent.includes("."); parent = parent.slice(parent.indexOf(".") + 1)) {
    const source = family.get(parent);
    if (source) return source;
  }
  return null;
}

const MAX_REMEMBERED = 200;
const lookUpRemembered = remembered(lookUp, 1000);

/** The known source of a host and path; null if no table has it. */
export function sourceForHost(hostname: string, path = ""): NamedSource | null {
  const address = [hostname.toLowerCase(), ...path.split("/", 3).filter(Boolean)].join("/");
  // The tables have no longer paths, and caching them is not worthwhile.
  return address.length <= MAX_REMEMBERED ? lookUpRemembered(address) : lookUp(address);
}

/** The known source of a tag that is a name (`facebook`), a short form (`fb`) or a host (`m.facebook.com`). */
export function sourceForTag(tag: string): NamedSource | null {
  const text = tag.toLowerCase();
  const name = Object.hasOwn(TAG_ALIASES, text) ? TAG_ALIASES[text]!.toLowerCase() : text;
  return index().names.get(name) ?? (/^[\w-]+(?:\.[\w-]+)+$/.test(name) ? sourceForHost(name) : null);
}
