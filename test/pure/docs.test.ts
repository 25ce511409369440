// Documentation says what the code does: routes, scripts, settings, metrics, columns, the map and links are compared with it.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { segmentIdsIn, toFilter } from "../../workers/domain/analysis/ask/filter-tree";
import { alertsInput } from "../../workers/domain/anomalies/record";
import { DIMENSIONS, METRICS } from "../../workers/domain/events/catalog";
import { LAKE_COLUMN_NAMES } from "../../workers/domain/events/columns";
import { EVENT_TYPES, MEASUREMENT_NAMES, MEASUREMENTS } from "../../workers/domain/events/measurement";
import { retentionInput } from "../../workers/domain/lake/retention";
import { LAKE_ZONES } from "../../workers/domain/lake/zones";
import { reportsInput } from "../../workers/domain/mail/mail";
import { capsInput } from "../../workers/domain/properties/caps";
import { toQueries } from "../../workers/domain/queries/batch";
import { toQuery } from "../../workers/domain/queries/query";
import { PROBLEM_STATUS } from "../../workers/domain/requests/problem";
import { REFUSALS } from "../../workers/domain/requests/refusal";
import { RUN_KINDS } from "../../workers/domain/runs/tasks";
import { incomingSchema, KEYED_FIELDS } from "../../workers/domain/visits/incoming";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(file));
const pages = files.filter((file) => file.endsWith(".md") && file !== "CHANGELOG.md");
const read = (file: string): string => readFileSync(file, "utf8");
const isNamed = (page: string, name: string): boolean => read(page).includes(`\`${name}\``);
const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, "");

/** Names in the first column of the page's tables. */
const rowsOf = (page: string): string[] =>
  [...read(page).matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  );

/** One text or a list of texts, as TypeScript has them. */
const textsIn = (code: string): string[] => [...code.matchAll(/["`]([^"`]*)["`]/g)].map(([, text]) => text!);

/**
 * The routes that a file registers on its routers, as the documentation writes them. Read from the source: to import all
 * routers takes seconds.
 * @throws Error for a registration that this cannot read.
 */
function routesIn(file: string): string[] {
  const source = read(file);
  const router = /export const (\w+) = new Hono</.exec(source)?.[1];
  if (router === undefined) return [];
  const constants = new Map(
    [...source.matchAll(/^const ([A-Z]+) = "([^"]*)";$/gm)].map(([, name, text]) => [name!, text!]),
  );
  const filled = (path: string) => path.replace(/\$\{(\w+)\}/g, (_, name: string) => constants.get(name) ?? `?${name}`);
  const registered = source.matchAll(
    new RegExp(`\\b${router}\\s*\\.(get|post|put|patch|delete|all|on)\\(([^\\n]*)`, "g"),
  );
  const lines = [...registered];
  if (lines.length === 0 && !source.includes(".route(")) throw new Error(`${file}: ${router} has no routes`);
  return lines.flatMap(([line, verb, rest]) => {
    const given = [...rest!.matchAll(/\[[^\]]*\]|"[^"]*"|`[^`]*`|\b[A-Z]{2,}\b/g)].map(([text]) => text);
    const [methods, path] = verb === "on" ? given : [`"${verb!.toUpperCase()}"`, given[0]];
    const paths = constants.has(path ?? "") ? [constants.get(path!)!] : textsIn(path ?? "").map(filled);
    if (paths.length === 0 || paths.some((one) => !one.startsWith("/")))
      throw new Error(`${file}: cannot read ${line}`);
    return textsIn(methods!).flatMap((method) => paths.map((one) => `${method} ${one.replace(/:(\w+)/g, "{$1}")}`));
  });
}

describe("the README", () => {
  const readme = read("README.md");

  it("has at most 180 lines", () => {
    expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(180);
  });

  it("introduces in a fixed order: what, picture, features, commands, site, deploy, flow, map, rules, limits, pages", () => {
    const found = [...withoutCode(readme).matchAll(/^(?:# .+|## .+|!\[.+\]\(docs\/overview\.png\))$/gm)];
    expect(found.map(([line]) => line.replace(/^!.*/, "picture"))).toEqual([
      "# TrackKit",
      "picture",
      "## Features",
      "## Two commands",
      "## Put it on a site",
      "## Deploy",
      "## How an event flows",
      "## Where things are",
      "## Architecture rules",
      "## Limits",
      "## Where to read on",
    ]);
    expect(readme).toMatch(/^npm ci && npm start\b/m);
    expect(readme).toMatch(/^npm ci && npm test\b/m);
  });

  it("has the tree in its map", () => {
    const map = /## Where things are[\s\S]*?```([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    const mapped = [...map.matchAll(/^(\S+)/gm)].map(([, name]) => name!.replace(/\/$/, "")).sort();
    const top = files.map((file) => file.split("/")[0]!).filter((name) => !name.startsWith("."));
    const rooms = files
      .filter((file) => /^workers\/[^/]+\//.test(file))
      .map((file) => file.split("/").slice(0, 2).join("/"));
    expect(mapped).toEqual([...new Set([...top, ...rooms])].sort());
  });

  it("leads to every page in docs", () => {
    const reference = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page));
    expect(reference.length).toBeGreaterThan(0);
    expect(reference.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
  });
});

describe("commands and settings", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

  it("every npm script is in the README", () => {
    const readme = read("README.md");
    const isTold = (name: string) => new RegExp(`npm (run )?${name}(?![\\w:])`).test(readme);
    expect(Object.keys(scripts).filter((name) => !isTold(name))).toEqual([]);
  });

  it("pages name no npm script that does not exist", () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm run ([a-z][\w:]*)/g)].map(([, name]) => `${page}: ${name}`),
    );
    expect(named.filter((one) => !Object.hasOwn(scripts, one.split(": ")[1]!))).toEqual([]);
  });

  it("every variable, secret and binding of wrangler.toml is in docs/operations.md, and nothing else is", () => {
    const toml = read("wrangler.toml");
    const bound = [...toml.matchAll(/^(?:binding|name) = "([A-Z_]+)"$/gm)].map(([, name]) => name!);
    const vars = [...toml.matchAll(/^([A-Z_]+) = /gm)].map(([, name]) => name!);
    const secrets = [...toml.matchAll(/^# {3}([A-Z_]+) {2,}/gm)].map(([, name]) => name!);
    expect(Math.min(bound.length, vars.length, secrets.length)).toBeGreaterThan(1);
    const told = rowsOf("docs/operations.md").filter((name) => /^[A-Z_]+$/.test(name));
    expect(told.sort()).toEqual([...bound, ...vars, ...secrets].sort());
  });

  it("docs/operations.md has the defaults of wrangler.toml", () => {
    const vars = [...read("wrangler.toml").matchAll(/^([A-Z_]+) = "(.+)"$/gm)];
    const operations = read("docs/operations.md");
    expect(vars.filter(([, name, value]) => !operations.includes(`| \`${name}\` | \`${value}\` |`))).toEqual([]);
  });
});

describe("docs/metrics.md", () => {
  it("defines every metric, dimension and refusal", () => {
    const names = [...Object.keys(METRICS), ...DIMENSIONS.map(({ name }) => name), ...Object.keys(REFUSALS)];
    expect(names.filter((name) => !rowsOf("docs/metrics.md").includes(name))).toEqual([]);
  });
});

describe("docs/lake.md", () => {
  it("has every zone and column", () => {
    const told = rowsOf("docs/lake.md");
    expect([...LAKE_ZONES, ...LAKE_COLUMN_NAMES].filter((name) => !told.includes(name))).toEqual([]);
  });
});

describe("tracker/README.md", () => {
  it("has every measurement that is a chunk", () => {
    const chunks = MEASUREMENT_NAMES.filter((name) => MEASUREMENTS[name].chunk);
    expect(chunks.filter((name) => !rowsOf("tracker/README.md").includes(name))).toEqual([]);
  });
});

describe("docs/api.md", () => {
  const api = read("docs/api.md");
  /** Sections of routes: their heading names one or several. */
  const sections = [...api.matchAll(/^### (`[A-Z]+ \/.*)\n([\s\S]*?)(?=^#{2,3} |(?![\s\S]))/gm)].map(
    ([, heading, text]) => ({
      routes: [...heading!.matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, route]) => route!),
      text: text!,
    }),
  );

  it("has every route of the code, and no other", () => {
    // The beacon is answered before Hono.
    expect(read("workers/collect/browser.ts")).toContain('pathname === "/e"');
    const routes = files.filter((file) => /^workers\/.*\.ts$/.test(file)).flatMap(routesIn);
    expect(sections.flatMap((section) => section.routes).sort()).toEqual([...routes, "POST /e"].sort());
  });

  it("says of each route who may call it and what it replies, with a call and a reply", () => {
    const wanting = sections.filter(({ routes: [route], text }) => {
      const path = route!.split(" ")[1]!;
      const call =
        [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].find(([, code]) => code!.startsWith("curl"))?.[1] ?? "";
      // The path as a shell writes it: ids are variables or examples.
      const pattern = path
        .replace(/[.*]/g, (sign) => (sign === "*" ? "[\\w/-]+" : "\\."))
        .replace(/\{\w+\}/g, "[$$\\w-]+");
      const takesBody = /^(POST|PATCH)/.test(route!) && !text.includes("**Body**");
      return (
        !text.includes("- **Scope**") ||
        !text.includes("- **Reply**") ||
        takesBody ||
        !new RegExp(pattern).test(call) ||
        !/^```(json|html)?\n/m.test(text.slice(text.lastIndexOf("```sh")).replace(/^```sh/, ""))
      );
    });
    expect(wanting.map((section) => section.routes)).toEqual([]);
  });

  it("has queries that are valid, as its examples send them", () => {
    const calls = pages.flatMap((page) => [
      ...read(page).matchAll(/curl -X POST \S+\/api\/v2\/(query|batch) [^']*-d '(\{[\s\S]*?\})'\n/g),
    ]);
    expect(calls.length).toBeGreaterThan(7);
    for (const [, route, body] of calls) {
      const given: unknown = JSON.parse(body!.replaceAll("'$SITE_ID'", "z1n10x4fge"));
      for (const { filters } of route === "batch" ? toQueries(given) : [toQuery(given)]) {
        const segments = new Map(segmentIdsIn(filters).map((id) => [id, null]));
        expect(() => toFilter(filters, "filters", { goals: [], segments, pageGroup: null })).not.toThrow();
      }
    }
  });

  it("has every field of an incoming event, and marks those that need a key", () => {
    const rows = api.split("\n").filter((line) => line.startsWith("| `"));
    const rowOf = (field: string) => rows.find((row) => row.split("|")[1]!.includes(`\`${field}\``)) ?? "";
    const fields = Object.keys(incomingSchema.shape);
    expect(fields.filter((field) => rowOf(field) === "")).toEqual([]);
    const marked = fields.filter((field) => rowOf(field).includes("**key**"));
    expect(marked.sort()).toEqual([...KEYED_FIELDS].sort());
  });

  it("has every kind of event, measurement, kind of run, setting and error code", () => {
    const settings = { retention: retentionInput, alerts: alertsInput, reports: reportsInput, caps: capsInput };
    const names = [
      ...Object.keys(EVENT_TYPES).filter((type) => type !== "custom"),
      ...MEASUREMENT_NAMES,
      ...RUN_KINDS,
      ...Object.entries(settings).flatMap(([group, { shape }]) => Object.keys(shape).map((name) => `${group}.${name}`)),
      ...Object.keys(PROBLEM_STATUS),
    ];
    expect(names.filter((name) => !isNamed("docs/api.md", name))).toEqual([]);
    const statuses = Object.entries(PROBLEM_STATUS).map(([code, status]) => `| \`${code}\` | ${status} |`);
    expect(statuses.filter((row) => !api.includes(row))).toEqual([]);
  });
});

describe("decisions", () => {
  const decisions = files.filter((file) => file.startsWith("docs/decisions/"));

  it("are one dated file each, of at most ten lines, with context, decision and consequences", () => {
    expect(decisions.length).toBeGreaterThan(0);
    const wrong = decisions.filter((file) => {
      const text = read(file);
      const parts = ["# ", "\n**Context**: ", "\n**Decision**: ", "\n**Consequences**: "].map((part) =>
        text.indexOf(part),
      );
      const isOrdered = parts[0] === 0 && parts.every((at, i) => i === 0 || at > parts[i - 1]!);
      return (
        !/^\d{4}-\d\d-\d\d-[a-z0-9]+(-[a-z0-9]+)*\.md$/.test(basename(file)) ||
        !isOrdered ||
        text.trimEnd().split("\n").length > 10
      );
    });
    expect(wrong).toEqual([]);
  });
});

describe("links", () => {
  /** As GitHub makes them. */
  const anchorsOf = (page: string): string[] =>
    [...withoutCode(read(page)).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    );

  it("between pages lead to files and headings that exist", () => {
    const links = pages.flatMap((page) =>
      [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, to]) => ({ page, to: to! }))
        .filter(({ to }) => !/^[a-z]+:/.test(to)),
    );
    expect(links.length).toBeGreaterThan(20);
    const broken = links.filter(({ page, to }) => {
      const [path = "", anchor] = to.split("#");
      const target = path === "" ? page : normalize(join(dirname(page), path));
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken.map(({ page, to }) => `${page} → ${to}`)).toEqual([]);
  });
});
