// The place of an event: its page and host, and whether the owner excludes them.

const MAX_PAGE = 1000;

/** How a property writes its pages. */
export interface PageSettings {
  /** `strip` makes `/a/` and `/a` one page. */
  trailing_slash: "keep" | "strip";
  /** Names of the query parameters that belong to the page, in the order in which pages list them. */
  query_parameters: readonly string[];
}

export const STANDARD_PAGES: PageSettings = { trailing_slash: "keep", query_parameters: [] };

/**
 * Percent-encoding in one form (RFC 3986, section 6.2.2): `%c3` becomes `%C3`, and unreserved characters are decoded,
 * so `%7E` becomes `~`. A `%` without two digits stays as it is, and so does an escape right after it, because decoding
 * it might complete another escape.
 */
export const toNormalEscapes = (text: string): string =>
  text.replace(/%[\da-f]?%[\da-f]{2}|%([\da-f]{2})/gi, (found, digits) => {
    const character = String.fromCharCode(+`0x${digits}`);
    return /[\w.~-]/.test(character) ? character : found.toUpperCase();
  });

/** A path in one form: normal escapes, and no session id, which Java servers append as `;jsessionid=…`. */
export const toNormalPath = (path: string): string => toNormalEscapes(path).replace(/;jsessionid=[^/;?#]*/gi, "");

/** The path, and the route in the fragment, without trailing slashes; `/` and `#/` stay. */
export const withoutTrailingSlash = (page: string): string => page.replace(/(?<=[^/])(?<!#!?)\/+(?=#|$)/g, "");

/**
 * The forms of a page without trailing slashes that a pattern may mean: with and without a slash after the path and
 * after the route. So `/blog/*` still includes the page that was `/blog/` before.
 */
export const spellingsOf = (page: string): string[] => [
  page,
  page.replace(/(?<=[^/])(?<!#!?)(?=#|$)/, "/"),
  page.replace(/(?<=[^/])(?<!#!?)$/, "/"),
  page.replace(/(?<=[^/])(?<!#!?)(?=#|$)/g, "/"),
];

/** The parameters of a query that belong to the page, as `?id=1`; empty if it has none of them. */
function queryOf(query: string, { query_parameters }: PageSettings): string {
  if (query_parameters.length === 0 || query === "") return "";
  const pairs = query.split("&").map((pair) => {
    const [[name = ""] = []] = new URLSearchParams(pair);
    const value = pair.includes("=") ? pair.slice(pair.indexOf("=") + 1) : "";
    return { name, value: toNormalEscapes(value.replaceAll("+", "%20")) };
  });
  const own = query_parameters.flatMap((wanted) =>
    pairs
      .filter(({ name }) => name === wanted)
      .map(({ value }) => `${toNormalEscapes(encodeURIComponent(wanted))}=${value}`),
  );
  return own.length > 0 ? `?${own.join("&")}` : "";
}

/**
 * The page of a URL, at most 1,000 characters: its path, percent-encoded in one form, and the query parameters that
 * belong to the page. With `withFragment` the site routes by fragment, so `#/x` and `#!/x` are part of the page. Other
 * fragments never are: they are positions in a page, or the result of a sign-in (`#access_token=…`), which must not be
 * stored.
 */
export function pageOf(url: URL, withFragment: boolean, settings: PageSettings = STANDARD_PAGES): string {
  const { pathname, search, hash } = url;
  const shaped = (path: string, query: string): string => {
    const normal = toNormalPath(path);
    return (settings.trailing_slash === "strip" ? withoutTrailingSlash(normal) : normal) + queryOf(query, settings);
  };
  const page = shaped(pathname.startsWith("/") ? pathname : `/${pathname}`, search.slice(1));
  const [, route = "", query = ""] = (withFragment && /^(#!?\/[^?]*)(?:\?(.*))?$/s.exec(hash)) || [];
  return (page + (route && shaped(route, query))).slice(0, MAX_PAGE);
}

/** The page for a path that a caller sends instead of a URL, in the form that a browser would send. */
export const pageOfPath = (path: string, settings: PageSettings): string =>
  pageOf(new URL(`https://any.example${path}`), true, settings);

/** Owners write `/über`, browsers `/%C3%BCber`. */
export const toAscii = (text: string): string =>
  toNormalEscapes(text.toWellFormed().replace(/[^\x21-\x7e]+/g, (foreign) => encodeURIComponent(foreign)));

/**
 * True if the whole page matches the pattern, in which `*` stands for any text, including none. Pieces between stars
 * are searched from left to right, so the cost of a hostile pattern is limited by its length.
 */
export function matchesPattern(page: string, pattern: string): boolean {
  const [first = "", ...pieces] = pattern.split("*");
  const last = pieces.pop();
  if (last === undefined) return page === pattern;
  if (!page.startsWith(first)) return false;
  let from = first.length;
  for (const piece of pieces) {
    const at = page.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return page.length - last.length >= from && page.endsWith(last);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/**
 * The source of an equivalent regular expression for path and fragment. A pattern without a fragment matches any
 * fragment. A lookahead is never re-entered, so each piece is searched once, and no pattern can freeze a page. Browsers
 * show the trailing slash that pages are stored without, so it is optional in that case.
 */
export function toPatternSource(pattern: string, { trailing_slash }: PageSettings = STANDARD_PAGES): string {
  const any = pattern.includes("#") ? "." : "[^#]";
  const end = pattern.includes("#") ? "(?:\\?.*)?$" : "(?:#.*)?$";
  const isStripped = trailing_slash === "strip" && !/(^|#!?)\/$/.test(pattern);
  const [, kept = "", slash] = /^(.*?)(\/\*?)?$/s.exec(isStripped ? toAscii(pattern) : "") ?? [];
  const optional = isStripped ? (slash === "/*" ? `(?:/${any}*)?` : "/?") : "";
  const literal = (text: string): string =>
    isStripped ? escaped(text).replace(/([^/])\/?#/g, "$1/?#") : escaped(text);
  const [first = "", ...pieces] = (isStripped ? kept : toAscii(pattern)).split("*");
  const last = pieces.pop();
  if (last === undefined) return `^${literal(first)}${optional}${end}`;
  const sought = pieces.map((piece, i) => `(?=(${any}*?${literal(piece)}))\\${i + 1}`).join("");
  // Any text after the last piece found, ending with the end of the pattern.
  return `^${literal(first)}${sought}${any}*${literal(last)}${optional}${end}`;
}

/** The page without the query of its path and of its route. */
const withoutQuery = (page: string): string => page.replace(/\?[^#]*/g, "");

/**
 * True if the page matches one of the owner's patterns, e.g. `/admin/*`. Patterns match paths, so parameters that
 * belong to the page do not prevent a match.
 */
export function isExcludedPath(
  page: string,
  patterns: readonly string[],
  { trailing_slash }: PageSettings = STANDARD_PAGES,
): boolean {
  if (patterns.length === 0) return false;
  const ascii = toAscii(page);
  const bare = withoutQuery(ascii);
  const spellings = [ascii, ...(trailing_slash === "strip" ? spellingsOf(bare) : [bare])];
  return patterns.some((pattern) => {
    const written = toAscii(pattern);
    return spellings.some((spelling) => matchesPattern(spelling, written));
  });
}

/** The host of a web URL: lower case, without port and trailing dot. Null for other URLs. */
export function hostOf(address: string | URL): string | null {
  if (typeof address === "string" && !URL.canParse(address)) return null;
  const url = typeof address === "string" ? new URL(address) : address;
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return url.hostname.replace(/\.$/, "") || null;
}

export const withoutWww = (hostname: string): string => hostname.replace(/^www\./, "");

/** The hosts of a property's data streams, and whether their subdomains are its own too. */
export interface OwnHosts {
  hosts: readonly string[];
  subdomains: boolean;
}

/** True if the host is one of the streams' hosts, its variant with or without `www.`, or a subdomain where those count. */
export function isKnownHost(hostname: string | null, { hosts, subdomains }: OwnHosts): boolean {
  if (!hostname) return false;
  const host = withoutWww(hostname.toLowerCase());
  return hosts.some((stream) => {
    const own = withoutWww(stream.toLowerCase());
    return own !== "" && (host === own || (subdomains && host.endsWith(`.${own}`)));
  });
}
