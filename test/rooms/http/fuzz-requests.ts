// Requests by chance: every route and example of docs/api.md, spoilt. The same seed makes the same requests.
import api from "../../../docs/api.md?raw";

export interface FuzzRoute {
  method: string;
  path: string;
  /** The bodies of its examples. */
  bodies: string[];
  /** Words in code of its section: names of fields and query parameters, and values. */
  words: string[];
}

const AUTH = [
  ...["sign-in/email", "sign-out", "change-password", "request-password-reset", "reset-password", "get-session"],
  ...["two-factor/enable", "two-factor/verify-totp", "two-factor/verify-backup-code", "organization/create"],
];

/** The routes of docs/api.md, which a test holds to the code. */
export function fuzzRoutes(): FuzzRoute[] {
  const sections = api.split(/^### /m).slice(1);
  const found = sections.flatMap((section) => {
    const [heading = ""] = section.split("\n");
    const bodies = [...section.matchAll(/-d '([\s\S]*?[}\]])'/g)].map(([, body]) =>
      body!.replaceAll(/'"(\$\w+)"'/g, "$1"),
    );
    const words = [...section.matchAll(/`([\w.:-]{1,40})`/g)].map(([, word]) => word!);
    return [...heading.matchAll(/`([A-Z]+) (\/[^`]*)`/g)].map(([, method, path]) => {
      return { method: method!, path: path!, bodies, words };
    });
  });
  return found.flatMap((route) =>
    route.path === "/api/auth/*" ? AUTH.map((path) => ({ ...route, path: `/api/auth/${path}` })) : [route],
  );
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];

const TEXTS = [
  ...["", " ", "\u0000", "a\u0000b", "\ud800", "\u202e", "\u001b[31m", "🦊", "__proto__", "constructor", "toString"],
  ...["'; DROP TABLE properties; --", '"><script>alert(1)</script>', "%", "%00%ff", "../../etc/passwd", "\\", "$.a[0]"],
  ...["0", "-1", "1e999", "NaN", "null", "true", "2026-02-30", "9999-12-31", "0000-00-00", "2026-11-22T10:00:00Z"],
  ...["https://[::1", "https://shop.example/\u0000", "javascript:alert(1)", "x".repeat(300), "漢".repeat(5_000)],
  ...["event:name", "visit:source", "event:props:a", "time:minute", "day", "all", "(other)", "*", "^(a+)+$", "["],
];
const NUMBERS = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e21, 1e308, 5e-324, 86_400_001];
const RAW = [
  ...["", " ", "null", "0", '""', "[]", "{", "{}", "[".repeat(5_000), `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`],
  ...['{"__proto__":{"x":1}}', '{"a":1e999}', "\u0000", "\ufeff{}", "a=b&c=d", `{"name":"${"x".repeat(70_000)}"}`],
];

type Random = () => number;

export interface Fuzz {
  random: Random;
  pick: <T>(from: readonly T[]) => T;
}

export const fuzzOf = (random: Random): Fuzz => ({
  random,
  pick: (from) => from[Math.floor(random() * from.length)]!,
});

function anyValue(fuzz: Fuzz, words: readonly string[], depth = 0): unknown {
  const { pick, random } = fuzz;
  const dice = random();
  if (dice < 0.4) return pick(TEXTS);
  if (dice < 0.55) return pick(NUMBERS);
  if (dice < 0.65 && words.length > 0) return pick(words);
  if (dice < 0.75) return pick([null, true, false]);
  if (depth > 2) return [];
  const values = Array.from({ length: Math.floor(random() * 4) }, () => anyValue(fuzz, words, depth + 1));
  if (dice < 0.87) return values;
  return Object.fromEntries(values.map((value) => [pick([...TEXTS.slice(0, 20), ...words, "a"]), value]));
}

/** One place of a value, by chance, is replaced, taken away, doubled, or gets a neighbour. */
function spoilt(fuzz: Fuzz, value: unknown, words: readonly string[]): unknown {
  const { pick, random } = fuzz;
  if (typeof value !== "object" || value === null || random() < 0.15) return anyValue(fuzz, words);
  const keys = Object.keys(value);
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  const key = pick(keys);
  const dice = random();
  if (key === undefined || dice < 0.1) copy[pick(words.length > 0 ? words : ["a"])] = anyValue(fuzz, words);
  else if (dice < 0.2) delete copy[key];
  else if (dice < 0.25 && Array.isArray(value)) return [...value, ...value];
  else copy[key] = spoilt(fuzz, copy[key], words);
  return copy;
}

function bodyOf(fuzz: Fuzz, { bodies, words }: FuzzRoute, filled: (text: string) => string): string {
  const { pick, random } = fuzz;
  if (random() < 0.1) return pick(RAW);
  const example = filled(pick(bodies) ?? "{}");
  if (random() < 0.05) return example.slice(0, Math.floor(random() * example.length));
  let value: unknown;
  try {
    value = JSON.parse(example);
  } catch {
    value = {};
  }
  for (let times = Math.floor(random() * 4); times > 0; times -= 1) value = spoilt(fuzz, value, words);
  return JSON.stringify(value) ?? "undefined";
}

/** What stands for the braces of a path: mostly things that there are. */
export interface Known {
  siteIds: readonly string[];
  /** By the collection before them in the path. */
  ids: Readonly<Record<string, string>>;
}

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** A request of a route, or nearly. */
export function fuzzRequest(fuzz: Fuzz, route: FuzzRoute, known: Known): FuzzRequest {
  const { pick, random } = fuzz;
  const hostile = () => encodeURIComponent(pick(TEXTS).toWellFormed().slice(0, 2_000)) || "x";
  const siteId = random() < 0.95 ? pick(known.siteIds) : hostile();
  const filled = (text: string) => text.replaceAll("$SITE_ID", siteId).replaceAll("SITE_ID", siteId);
  let path = route.path.replace("{site_id}", siteId).replace(/(\w+)\/\{\w+\}/g, (_, collection: string) => {
    const id = random() < 0.7 ? known.ids[collection] : pick(Object.values(known.ids));
    return `${collection}/${id === undefined || random() < 0.15 ? hostile() : encodeURIComponent(id)}`;
  });
  const query = Array.from({ length: Math.floor(random() * 4) }, () => {
    const value = random() < 0.3 ? pick([...route.words, "1"]) : pick(TEXTS).toWellFormed();
    const name = pick([...route.words, "from", "to", "limit", "after", "filters", "__proto__"]);
    return `${encodeURIComponent(name)}=${random() < 0.05 ? "%ff%" : encodeURIComponent(value.slice(0, 3_000))}`;
  });
  // POST /p.gif has no examples, and its pages are in the query.
  if (route.path === "/p.gif") query.push(`s=${siteId}`, `u=https://shop.example/${hostile()}`);
  if (query.length > 0) path += `?${query.join("&")}`;
  const method = random() < 0.9 ? route.method : pick(METHODS);
  const headers: Record<string, string> = {
    "user-agent": random() < 0.9 ? AGENT : pick(["", "curl/8", "x".repeat(3_000)]),
    "cf-connecting-ip": random() < 0.95 ? addressOf(random) : pick(["", "nobody", "1.2.3", "::ffff:1", "fe80::1%eth0"]),
    ...(random() < 0.1 ? { origin: pick(["null", "https://shop.example", "https://track.example", "x"]) } : {}),
    ...(random() < 0.1 ? { referer: pick(["https://shop.example/a", "about:blank", "http://"]) } : {}),
    ...(random() < 0.1 ? { "accept-language": pick(["de-CH", "*", "x".repeat(500), "a-b-c-d"]) } : {}),
    ...(random() < 0.9
      ? { "content-type": "application/json" }
      : { "content-type": pick(["text/plain", "x", "multipart/form-data"]) }),
  };
  if (method === "GET" || method === "HEAD") return { method, path, headers };
  return { method, path, headers, body: bodyOf(fuzz, route, filled) };
}

const AGENT =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/** Everybody comes from somewhere else, so that few are refused by a rate limit. */
const addressOf = (random: Random): string =>
  `2001:db8:${Math.floor(random() * 65_536).toString(16)}:${Math.floor(random() * 65_536).toString(16)}::1`;
