// The tree is the architecture: which way imports go, how long files are, what they are called. docs.test.ts holds the
// documentation.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { CRON_MINUTES } from "../../workers/domain/runs/tasks";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(file));
const code = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
const read = (file: string) => readFileSync(file, "utf8");

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

/** Imports between files of the project, and of packages, by their path from the top. */
function importsOf(file: string): Import[] {
  const found = read(file).matchAll(/^\s*(import|export)\s+(type\s+)?[^"';]*?from\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm);
  return [...found].map(([, , type, stated, lazy]) => {
    const target = (stated ?? lazy)!;
    const to = target.startsWith(".") ? normalize(join(dirname(file), target)).replace(/\.tsx?$/, "") : target;
    return { from: file, to, typeOnly: type !== undefined };
  });
}
const imports = code.flatMap(importsOf);
const show = ({ from, to }: Import) => `${from} → ${to}`;

/** What each room of the Worker may import besides itself. Stations import no station; index.ts and its like compose. */
const ROOMS: Record<string, readonly string[]> = {
  domain: [],
  storage: ["domain"],
  http: ["domain", "storage"],
  jobs: ["domain", "storage"],
  mail: ["domain", "storage", "http", "jobs"],
  collect: ["domain", "storage", "http"],
  ingest: ["domain", "storage"],
  stats: ["domain", "storage", "http"],
  admin: ["domain", "storage", "http"],
  accounts: ["domain", "storage", "http", "mail"],
  pipeline: ["domain", "storage", "http", "jobs", "mail"],
  maintenance: ["domain", "storage", "http", "jobs"],
  alerts: ["domain", "storage", "http", "jobs", "mail"],
  // A hub asks D1 which of its messages have been counted.
  "durable-objects": ["domain", "storage"],
};

/** The same for the concepts of the domain. */
const CONCEPTS: Record<string, readonly string[]> = {
  time: [],
  requests: [],
  events: ["requests"],
  visitors: ["events"],
  sources: ["requests", "events", "visitors"],
  networks: ["requests", "events", "visitors"],
  counts: ["requests", "events", "networks"],
  lake: ["time", "events", "networks", "counts"],
  // Frames are filled from the pages of Parquet columns. Details of events are counted as they are in rollups.
  analysis: ["time", "requests", "events", "lake", "counts"],
  queries: ["time", "requests", "events", "counts", "analysis"],
  anomalies: ["time", "events", "counts"],
  visits: ["time", "requests", "events", "visitors"],
  runs: ["time", "requests", "counts", "lake", "visits"],
  wording: ["events", "networks", "queries", "anomalies"],
  mail: ["time", "requests", "events", "queries", "anomalies", "visits", "runs", "wording"],
  properties: ["time", "requests", "events", "visitors", "lake", "anomalies", "visits", "mail"],
};

const roomOf = (path: string) =>
  path.startsWith("durable-objects/") ? "durable-objects" : /^workers\/([^/]+)\//.exec(path)?.[1];
const conceptOf = (path: string) => /^workers\/domain\/([^/]+)\//.exec(path)?.[1];
const screenOf = (path: string) => /^dashboard\/src\/screens\/([^/]+)\//.exec(path)?.[1];

/** Imports from one folder into another that the table does not list. */
const against = (table: Record<string, readonly string[]>, folderOf: (path: string) => string | undefined) =>
  imports.filter(({ from, to }) => {
    const [mine, theirs] = [folderOf(from), folderOf(to)];
    return mine !== undefined && theirs !== undefined && mine !== theirs && !table[mine]?.includes(theirs);
  });

describe("imports go down only", () => {
  it("the domain imports itself and pure libraries", () => {
    const pure = [
      ...["zod", "ua-parser-js", "isbot", "ipaddr.js", "hyparquet", "hyparquet-writer", "re2js"],
      ...["@noble/hashes/hmac.js", "@noble/hashes/sha2.js"],
      // Pages as they are stored; the version is pinned, since these are the library's inner parts.
      ...["column.js", "datapage.js", "encoding.js"].map((file) => `hyparquet/src/${file}`),
    ];
    const up = imports.filter(
      ({ from, to }) => from.startsWith("workers/domain/") && !to.startsWith("workers/domain/") && !pure.includes(to),
    );
    expect(up.map(show)).toEqual([]);
  });

  it("every room and every concept is in its table", () => {
    const roomsOf = (folderOf: (path: string) => string | undefined) => [
      ...new Set(code.map(folderOf).filter((name) => name !== undefined)),
    ];
    expect(roomsOf(roomOf).sort()).toEqual(Object.keys(ROOMS).sort());
    expect(roomsOf(conceptOf).sort()).toEqual(Object.keys(CONCEPTS).sort());
  });

  it("a room imports what its line allows, and nothing that composes", () => {
    const up = imports.filter(({ from, to }) => roomOf(from) !== undefined && /^workers\/[^/]+$/.test(to));
    expect([...against(ROOMS, roomOf), ...up].map(show)).toEqual([]);
  });

  it("a concept of the domain imports what its line allows", () => {
    expect(against(CONCEPTS, conceptOf).map(show)).toEqual([]);
  });

  it("a screen of the dashboard imports no other screen", () => {
    expect(against({}, screenOf).map(show)).toEqual([]);
  });

  it("a child of the dashboard that is a function reads its value inside JSX: elsewhere nothing follows its changes", () => {
    const screens = code.filter((file) => /^dashboard\/.*\.tsx$/.test(file));
    const untracked = screens.flatMap((file) =>
      [...read(file).matchAll(/>\s*\{\((\w+)\) =>\s*(?!\(?\s*<|\{)([^\n]*)/g)]
        .filter(([, value, body]) => body!.includes(`${value}()`))
        .map(([, , body]) => `${file}: ${body}`),
    );
    expect(untracked).toEqual([]);
  });

  it("the tracker and the dashboard import types from the domain, and values from files without zod", () => {
    const outside = imports.filter(({ from, to }) => /^(tracker|dashboard)\//.test(from) && to.startsWith("workers/"));
    const wrong = outside.filter(({ to, typeOnly }) => {
      if (!to.startsWith("workers/domain/")) return true;
      return !typeOnly && importsOf(`${to}.ts`).some((inner) => !inner.typeOnly && inner.to === "zod");
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it("only one file asks the rate limit, so that every key counts the same senders", () => {
    const asking = code.filter((file) => file.startsWith("workers/") && /RATE_LIMIT|\.limit\(\{/.test(read(file)));
    expect(asking).toEqual(["workers/http/rate-limit.ts"]);
  });

  it("the log gets errors without the values that they quote", () => {
    const calls = code
      .filter((file) => /^(workers|durable-objects)\//.test(file))
      .flatMap((file) =>
        [...read(file).matchAll(/console\.\w+\([\s\S]*?\)[;,]?\n/g)].map(([call]) => `${file}: ${call}`),
      );
    expect(calls.length).toBeGreaterThan(20);
    // Beside texts, which name what the code knows, only a described error.
    const bare = calls.filter((call) =>
      /\b(error|rest|failure|cause|err)\b/.test(
        call
          .replace(/^[^:]*:/, "")
          .replace(/console\.error/, "")
          .replace(/describeError\(\w+\)|"[^"]*"|`[^`]*`|\(error(: unknown)?\) =>/g, ""),
      ),
    );
    expect(bare).toEqual([]);
  });

  it("only one file lists objects of the lake, so that every one is listed in the same way", () => {
    const listing = code.filter(
      (file) =>
        /^(workers|durable-objects)\//.test(file) && /INSERT INTO lake_files|insert\(lakeFiles\)/i.test(read(file)),
    );
    expect(listing).toEqual(["workers/storage/lake/listing.ts"]);
  });

  it("every PATCH reads its body in one way, by which an empty one changes nothing", () => {
    const handlers = code
      .filter((file) => file.startsWith("workers/"))
      .flatMap((file) => read(file).split(/^(?=\w+\.\w+\()/m))
      .filter((part) => /^\w+\.patch\(/.test(part));
    expect(handlers.length).toBeGreaterThan(3);
    expect(handlers.filter((handler) => !handler.includes("await readChanges(c.req.raw, "))).toEqual([]);
  });

  it("only one file imports chart.js, only one loads better-auth", () => {
    const charts = new Set(
      imports.filter(({ to, typeOnly }) => /^chart\.js/.test(to) && !typeOnly).map(({ from }) => from),
    );
    expect([...charts].filter((file) => file.startsWith("dashboard/")).length).toBe(1);
    const auth = imports.filter(
      ({ from, to, typeOnly }) => from.startsWith("workers/") && to === "better-auth" && !typeOnly,
    );
    expect(auth.map(({ from }) => from)).toEqual(["workers/accounts/auth.ts"]);
  });
});

describe("files", () => {
  it("have at most 400 lines", () => {
    const long = code.filter((file) => read(file).split("\n").length > 401);
    expect(long).toEqual([]);
  });

  it("are at most 15 in a folder, with more in the folders of the table", () => {
    const bounds: Record<string, number> = {
      "dashboard/src/data": 30,
      // A file for each screen.
      "dashboard/src/words": 21,
    };
    const folders = new Map<string, number>();
    for (const file of code.filter((path) => /^(workers|dashboard|durable-objects)\//.test(path)))
      folders.set(dirname(file), (folders.get(dirname(file)) ?? 0) + 1);
    const full = [...folders].filter(([folder, count]) => count > (bounds[folder] ?? 15));
    expect(full).toEqual([]);
  });

  it("have names that say what they are", () => {
    expect(code.filter((file) => /(^|\/)(utils?|helpers?|common|shared|misc|lib)(\/|\.tsx?$)/.test(file))).toEqual([]);
  });

  it("open with a sentence that says what lives there", () => {
    const mute = code.filter(
      (file) => !/^(\/\/ \S|\/\*\* ?\S|\/\* \S|#!)/.test(read(file)) && !file.endsWith(".config.ts"),
    );
    expect(mute).toEqual([]);
  });
});

it("the cron of wrangler.toml comes as often as the schedule takes it to", () => {
  expect(read("wrangler.toml")).toContain(`crons = ["*/${CRON_MINUTES} * * * *"]`);
});

it("every binding of wrangler.toml has its type and its comment", () => {
  const toml = read("wrangler.toml");
  const types = read("workers/bindings.d.ts");
  const bound = [...toml.matchAll(/^(?:binding|name) = "([A-Z_]+)"$/gm)].map(([, name]) => name!);
  const vars = [...(/\[vars\]([\s\S]*?)\n\n# /.exec(toml)?.[1] ?? "").matchAll(/^([A-Z_]+) = /gm)].map(
    ([, name]) => name!,
  );
  expect(bound.sort()).toEqual([
    "ANALYST",
    "CRON_WATCH",
    "DB",
    "ENRICHMENT",
    "EVENTS",
    "HUB",
    "LAKE",
    "MAIL",
    "MAINTENANCE",
    "PIPELINE",
    "RATE_LIMIT",
  ]);
  expect(vars.length).toBeGreaterThan(1);
  expect([...bound, ...vars].filter((name) => !new RegExp(`\\b${name}\\??:`).test(types))).toEqual([]);
  const uncommented = toml
    .split("\n\n")
    .filter((part) => /^\[/m.test(part) && !part.includes("#") && !part.includes("migrations"));
  expect(uncommented).toEqual([]);
});
