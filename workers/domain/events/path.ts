// Where an event happened: the page's path, its host, and whether the owner counts either.

const MAX_PAGE = 1000;

/**
 * The page of an address: its path as the browser writes it (percent-encoded), without query, at most 1,000 characters.
 * With `withFragment` the site routes by fragment: `#/x` and `#!/x` are then part of the page. Other fragments never
 * are: they are places in a page, or an answer of a sign-in (`#access_token=…`) that nobody may keep.
 */
export function pageOf(url: URL, withFragment: boolean): string {
  const route = withFragment && /^#!?\//.test(url.hash) ? url.hash.replace(/\?.*$/s, "") : "";
  const page = url.pathname.startsWith("/") ? url.pathname : `/${url.pathname}`;
  return (page + route).slice(0, MAX_PAGE);
}

/** Owners write `/über`, browsers `/%C3%BCber`. */
export const toAscii = (text: string): string =>
  text.toWellFormed().replace(/[^\x21-\x7e]+/g, (foreign) => encodeURIComponent(foreign));

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
 */
export function toPatternSource(pattern: string): string {
  const [first = "", ...pieces] = toAscii(pattern).split("*");
  const last = pieces.pop();
  const any = pattern.includes("#") ? "." : "[^#]";
  const end = pattern.includes("#") ? "$" : "(?:#.*)?$";
  if (last === undefined) return `^${escaped(first)}${end}`;
  const sought = pieces.map((piece, i) => `(?=(${any}*?${escaped(piece)}))\\${i + 1}`).join("");
  // Any text after the last piece that was sought, of which the end is the pattern's.
  return `^${escaped(first)}${sought}${any}*${escaped(last)}${end}`;
}

/** True when the page fits one of the owner's patterns, e.g. `/admin/*`. */
export function isExcludedPath(page: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return false;
  const ascii = toAscii(page);
  return patterns.some((pattern) => matchesPattern(ascii, toAscii(pattern)));
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
