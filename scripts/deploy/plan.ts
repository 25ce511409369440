// Plans a deployment from the resources that exist in an account. Pure: other files carry the plan out.
import type { Command } from "./wrangler.ts";

/** The names of the account's resources in wrangler.toml. */
export interface Names {
  worker: string;
  database: string;
  buckets: string[];
  queues: string[];
  pages: string;
}

export interface Found {
  /** Id of the database; null if it must be created. */
  databaseId: string | null;
  buckets: string[];
  queues: string[];
  secrets: string[];
  pages: boolean;
}

export const nothingFound = (): Found => ({ databaseId: null, buckets: [], queues: [], secrets: [], pages: false });

/** The production branch of Pages. */
export const PRODUCTION = "main";

function all(toml: string, key: string): string[] {
  const values = Array.from(toml.matchAll(new RegExp(`^${key} = "([^"]+)"`, "gm")), ([, value]) => value ?? "");
  return [...new Set(values)];
}

function only(toml: string, key: string, file: string): string {
  const [value] = all(toml, key);
  if (!value) throw new Error(`${file} must have a ${key}`);
  return value;
}

/** Reads the names from the two wrangler.toml files. @throws Error when one is missing. */
export function namesIn(worker: string, dashboard: string): Names {
  const queues = [...all(worker, "queue"), ...all(worker, "dead_letter_queue")];
  return {
    worker: only(worker, "name", "wrangler.toml"),
    database: only(worker, "database_name", "wrangler.toml"),
    buckets: all(worker, "bucket_name"),
    queues: [...new Set(queues)],
    pages: only(dashboard, "name", "dashboard/wrangler.toml"),
  };
}

/** wrangler.toml with the id of the account's database. */
export const withDatabase = (toml: string, id: string): string =>
  toml.replace(/^(database_id = ).*$/m, (_, key: string) => `${key}${JSON.stringify(id)}`);

/** wrangler.toml with the Worker's address for sites, which the tag names. */
export const withWorkerUrl = (toml: string, url: string): string =>
  toml.replace(/^(WORKER_URL = ).*$/m, (_, key: string) => `${key}${JSON.stringify(url)}`);

/** wrangler.toml with the address of the dashboard, which emails link to. An address set by the owner stays. */
export const withDashboardUrl = (toml: string, url: string): string =>
  toml.replace(/^(DASHBOARD_URL = )""$/m, (_, key: string) => `${key}${JSON.stringify(url)}`);

/** True if the Worker's address for sites is not set yet. A domain set by the owner stays. */
export const lacksWorkerUrl = (toml: string): boolean => /^WORKER_URL = ""$/m.test(toml);

/**
 * The Worker's first address in what wrangler writes to WRANGLER_OUTPUT_FILE_PATH: one JSON object per line.
 * Lines of type `deploy` have `targets`. Null without any.
 */
export function workerUrlIn(output: string): string | null {
  const entries = output
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; targets?: string[] });
  const targets = entries.flatMap(({ type, targets }) => (type === "deploy" ? (targets ?? []) : []));
  return targets.find((target) => target.startsWith("https://")) ?? null;
}

/** Commands that create missing resources. Existing ones stay. */
export function toMake(names: Names, found: Found): Command[] {
  const made: string[][] = [
    ...(found.databaseId ? [] : [["d1", "create", names.database]]),
    ...names.buckets.filter((name) => !found.buckets.includes(name)).map((name) => ["r2", "bucket", "create", name]),
    ...names.queues.filter((name) => !found.queues.includes(name)).map((name) => ["queues", "create", name]),
    ...(found.pages ? [] : [["pages", "project", "create", names.pages, "--production-branch", PRODUCTION]]),
  ];
  // wrangler.toml has the bindings already, so wrangler must not add them again.
  return made.map((args) => ({
    args: args[0] === "pages" || args[0] === "queues" ? args : [...args, "--update-config=false"],
  }));
}

/** Secrets to generate. The setup token only on the first deployment: the owner may have removed it later. */
export function secretsToMake(found: Found, newSetupToken: boolean): string[] {
  const first = !found.secrets.includes("AUTH_SECRET");
  return [...(first ? ["AUTH_SECRET"] : []), ...(first || newSetupToken ? ["SETUP_TOKEN"] : [])];
}

/** Commands that deploy this version once the resources exist. */
export function toDeploy(names: Names, secretsFile: string | null, dashboard: string): Command[] {
  return [
    // Before the Worker, because the new code needs the new tables.
    { args: ["d1", "migrations", "apply", names.database, "--remote"] },
    { args: ["deploy", ...(secretsFile ? ["--secrets-file", secretsFile] : [])] },
    // After the Worker, because the dashboard has a binding to it.
    {
      args: ["pages", "deploy", "--project-name", names.pages, "--branch", PRODUCTION, "--commit-dirty=true"],
      cwd: dashboard,
    },
  ];
}
