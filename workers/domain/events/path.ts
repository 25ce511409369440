// Where an event happened: the page's path, its host, and whether the owner counts either.

const MAX_PAGE = 1000;

/** How a property writes its pages. */
export interface PageSettings {
  /** `strip` makes `/a/` and `/a` one page. */
  trailing_slash: "keep" | "strip";
  /** Names of the query parameters that belong to the page, in the order in which pages show them. */
  query_parameters: readonly string[];
}

export const STANDARD_PAGES: PageSettings = { trailing_slash: "keep", query_parameters: [] };

/**
 * Percent-encoding in one spelling (RFC 3986, section 6.2.2): `%c3` becomes `%C3`, and unreserved characters are not
 * encoded, so `%7E` becomes `~`. A `%` without two digits stays, and so does an escape right after it: decoded, it might
 * complete another escape.
 */
export const toNormalEscapes = (text: string): string =>
  text.replace(/%[\da-f]?%[\da-f]{2}|%([\da-f]{2})/gi, (found, digits) => {
    const character = String.fromCharCode(+`0x${digits}`);
    return /[\w.~-]/.test(character) ? character : found.toUpperCase();
  });

/** A path in one spelling: normal escapes, and no session id, which Java servers append as `;jsessionid=…`. */
export const toNormalPath = (path: string): string => toNormalEscapes(path).replace(/;jsessionid=[^/;?#]*/gi, "");

/** The path, and the route in the fragment, without slashes at the end; `/` and `#/` stay. */
export const withoutTrailingSlash = (page: string): string => page.replace(/(?<=[^/])(?<!#!?)\/+(?=#|$)/g, "");

/**
 * The spellings of a page without trailing slashes that the owner may have meant by a pattern: with and without a slash
 * after the path and after the route. So `/blog/*` still includes the page that was `/blog/` before.
 */
export const spellingsOf = (page: string): string[] => [
  page,
  page.replace(/(?<=[^/])(?<!#!?)(?=#|$)/, "/"),
  page.replace(/(?<=[^/])(?<!#!?)$/, "/"),
  page.replace(/(?<=[^/])(?<!#!?)(?=#|$)/g, "/"),
];

/** The parameters of a query that belong to the page, as `?id=1`; empty when it has none of them. */
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
 * The page of an address, at most 1,000 characters: its path, percent-encoded in one spelling, and those parameters of
 * its query that belong to the page. With `withFragment` the site routes by fragment: `#/x` and `#!/x` are then part of
 * the page. Other fragments never are: they are places in a page, or the answer of a sign-in (`#access_token=…`) that
 * nobody may store.
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

/** The page of a path that a caller sends instead of an address: what a browser would make of it. */
export const pageOfPath = (path: string, settings: PageSettings): string =>
  pageOf(new URL(`https://any.example${path}`), true, settings);

/** Owners write `/über`, browsers `/%C3%BCber`. */
export const toAscii = (text: string): string =>
  toNormalEscapes(text.toWellFormed().replace(/[^\x21-\x7e]+/g, (foreign) => encodeURIComponent(foreign)));

/**
 * True when the whole page fits the pattern, in which `*` stands for any text, also none. The pieces between the stars
 * are sought from left to right, so a hostile pattern costs no more than its length.
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
 * The source of a regular expression for the same, tested on path and fragment: where the pattern names no fragment, any
 * does. A lookahead is never entered again, so each piece is sought once, whatever the pattern: a page cannot be frozen.
 * Browsers show the slash that is stripped from pages, so it is then optional.
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
  // Any text after the last piece that was sought, of which the end is the pattern's.
  return `^${literal(first)}${sought}${any}*${literal(last)}${optional}${end}`;
}

/** The page without the query of its path and of its route. */
const withoutQuery = (page: string): string => page.replace(/\?[^#]*/g, "");

/**
 * True when the page fits one of the owner's patterns, e.g. `/admin/*`. Patterns are about paths: parameters that belong
 * to the page do not keep a pattern from fitting it.
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

/** The host of a web address: lower case, no port, no closing dot. Null for what is no http or https address. */
export function hostOf(address: string | URL): string | null {
  if (typeof address === "string" && !URL.canParse(address)) return null;
  const url = typeof address === "string" ? new URL(address) : address;
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return url.hostname.replace(/\.$/, "") || null;
}

export const withoutWww = (hostname: string): string => hostname.replace(/^www\./, "");

/** True when the host is one of the streams' hosts, its variant with or without `www.`, or below one of them. */
export function isKnownHost(hostname: string | null, streamHosts: readonly string[]): boolean {
  if (!hostname) return false;
  const host = withoutWww(hostname.toLowerCase());
  return streamHosts.some((stream) => {
    const own = withoutWww(stream.toLowerCase());
    return own !== "" && (host === own || host.endsWith(`.${own}`));
  });
}
