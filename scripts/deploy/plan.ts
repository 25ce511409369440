// What a deployment still has to make in an account, from what is there. Pure: it decides, others carry out.
import type { Command } from "./wrangler.ts";

/** The names that wrangler.toml gives to the account's resources. */
export interface Names {
  worker: string;
  database: string;
  buckets: string[];
  queues: string[];
  pages: string;
}

export interface Found {
  /** Id of the database, null when it must be made. */
  databaseId: string | null;
  buckets: string[];
  queues: string[];
  secrets: string[];
  pages: boolean;
}

export const nothingFound = (): Found => ({ databaseId: null, buckets: [], queues: [], secrets: [], pages: false });

/** The branch of Pages whose deployments are the live ones. */
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

/** wrangler.toml with the address at which sites reach the Worker: the tag names it. */
export const withWorkerUrl = (toml: string, url: string): string =>
  toml.replace(/^(WORKER_URL = ).*$/m, (_, key: string) => `${key}${JSON.stringify(url)}`);

/** wrangler.toml with the address of the dashboard, which mail links to. An owner who set another keeps it. */
export const withDashboardUrl = (toml: string, url: string): string =>
  toml.replace(/^(DASHBOARD_URL = )""$/m, (_, key: string) => `${key}${JSON.stringify(url)}`);

/** True when nobody has said yet where sites reach the Worker. An owner who set a domain of their own keeps it. */
export const lacksWorkerUrl = (toml: string): boolean => /^WORKER_URL = ""$/m.test(toml);

/**
 * The Worker's first address in what wrangler writes to WRANGLER_OUTPUT_FILE_PATH: a JSON object a line, of which those
 * of type `deploy` have `targets`. Null when it has none.
 */
export function workerUrlIn(output: string): string | null {
  const entries = output
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; targets?: string[] });
  const targets = entries.flatMap(({ type, targets }) => (type === "deploy" ? (targets ?? []) : []));
  return targets.find((target) => target.startsWith("https://")) ?? null;
}

/** Commands that make what is missing. Everything that is there is kept. */
export function toMake(names: Names, found: Found): Command[] {
  const made: string[][] = [
    ...(found.databaseId ? [] : [["d1", "create", names.database]]),
    ...names.buckets.filter((name) => !found.buckets.includes(name)).map((name) => ["r2", "bucket", "create", name]),
    ...names.queues.filter((name) => !found.queues.includes(name)).map((name) => ["queues", "create", name]),
    ...(found.pages ? [] : [["pages", "project", "create", names.pages, "--production-branch", PRODUCTION]]),
  ];
  // Bindings stand in wrangler.toml already; wrangler must not write them once more.
  return made.map((args) => ({
    args: args[0] === "pages" || args[0] === "queues" ? args : [...args, "--update-config=false"],
  }));
}

/** Secrets that must be made. The setup token belongs to the first deployment: later its owner may have removed it. */
export function secretsToMake(found: Found, newSetupToken: boolean): string[] {
  const first = !found.secrets.includes("AUTH_SECRET");
  return [...(first ? ["AUTH_SECRET"] : []), ...(first || newSetupToken ? ["SETUP_TOKEN"] : [])];
}

/** Commands that bring this version into the account, once its resources are there. */
export function toDeploy(names: Names, secretsFile: string | null, dashboard: string): Command[] {
  return [
    // Before the Worker: the new code must find the tables that it asks for.
    { args: ["d1", "migrations", "apply", names.database, "--remote"] },
    { args: ["deploy", ...(secretsFile ? ["--secrets-file", secretsFile] : [])] },
    // After the Worker: the dashboard is bound to it.
    {
      args: ["pages", "deploy", "--project-name", names.pages, "--branch", PRODUCTION, "--commit-dirty=true"],
      cwd: dashboard,
    },
  ];
}
