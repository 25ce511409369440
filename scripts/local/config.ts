// What the local Worker and dashboard run with: wrangler.toml with absolute paths and short waits, secrets of their own.
// All of it lies in the state folder: nothing is written into the checkout, a change of the checkout does not reach a
// running system, and two systems of one checkout do not meet.
import { randomBytes } from "node:crypto";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Seconds that a batch waits for more messages here. The deployed thirty save D1 rows; here nobody pays for them. */
const QUEUE_WAIT = 1;
/** Seconds that an event waits in the hub's journal here, so that the dashboard moves while one looks at it. */
const FLUSH_SECONDS = "2";
/** Seconds until a message without receipt is sent again here: a process that is killed takes the local queue with it. */
const RESEND_SECONDS = "10";

/** Names the local database's file. `npm run deploy` writes the account's id into wrangler.toml; this one stays. */
export const LOCAL_DATABASE = "00000000-0000-0000-0000-000000000000";

/** Nothing is sent from here: mails are files. */
const MAIL_FROM = "trackkit@localhost.example";

/** The folders of a build. */
export interface Built {
  /** The tracker, which the Worker serves as its assets. */
  tracker: string;
  dashboard: string;
}

/** Where the system of a state folder serves from. */
export const servedIn = (state: string): Built => ({
  tracker: join(state, "worker", "assets"),
  dashboard: join(state, "dashboard", "dist"),
});

export interface Secrets {
  AUTH_SECRET: string;
  SETUP_TOKEN: string;
}

/** A key of wrangler.toml that must be another here. */
interface Change {
  key: string;
  to: (value: string) => string;
}

/** Opens the local bucket to S3 clients. Who reaches the local Worker may read its storage without it, too. */
export const LOCAL_S3 = { accessKeyId: "trackkit", secretAccessKey: "trackkit-on-this-machine" };
const s3 = `local_dev = { experimental_s3_credentials = { accessKeyId = "${LOCAL_S3.accessKeyId}", secretAccessKey = "${LOCAL_S3.secretAccessKey}" } }`;

const absolute = (value: string): string => JSON.stringify(resolve(ROOT, JSON.parse(value) as string));

const CHANGES: Change[] = [
  { key: "main", to: absolute },
  { key: "migrations_dir", to: absolute },
  { key: "database_id", to: () => JSON.stringify(LOCAL_DATABASE) },
  { key: "bucket_name", to: (value) => `${value}\n${s3}` },
  { key: "max_batch_timeout", to: () => String(QUEUE_WAIT) },
  { key: "FLUSH_SECONDS", to: () => JSON.stringify(FLUSH_SECONDS) },
  // `npm start` fires the crons itself, and tests when they want to.
  { key: "CRON_PATIENCE_MINUTES", to: () => JSON.stringify("0") },
  { key: "RESEND_SECONDS", to: () => JSON.stringify(RESEND_SECONDS) },
];

/**
 * wrangler.toml as the local Worker needs it, with the folder that its assets are served from.
 * @throws Error when a key that must change is not there.
 */
export function toLocalConfig(toml: string, assets = join(ROOT, "dist/assets")): string {
  const changes = [...CHANGES, { key: "directory", to: () => JSON.stringify(assets) }];
  return changes.reduce((text, { key, to }) => {
    const line = new RegExp(`^(${key} = )(.+)$`, "gm");
    if (!line.test(text)) throw new Error(`wrangler.toml has no ${key}, which the local system must set`);
    return text.replace(line, (_, name: string, value: string) => name + to(value));
  }, toml);
}

function readSecrets(path: string): Partial<Secrets> {
  if (!existsSync(path)) return {};
  const pairs = readFileSync(path, "utf8").matchAll(/^(\w+)="(.*)"$/gm);
  return Object.fromEntries(Array.from(pairs, ([, name, value]) => [name, value])) as Partial<Secrets>;
}

const random = (): string => randomBytes(32).toString("base64url");

/** Writes the configuration and, at the first start, the secrets. Returns where the configuration lies. */
export function prepareConfig(
  state: string,
  port: number,
  dashboardPort: number | null,
): { config: string; secrets: Secrets } {
  const config = join(state, "worker", "wrangler.toml");
  const vars = join(state, "worker", ".dev.vars");
  const assets = servedIn(state).tracker;
  // wrangler bundles no Worker whose folder of assets is missing.
  mkdirSync(assets, { recursive: true });
  writeFileSync(config, toLocalConfig(readFileSync(join(ROOT, "wrangler.toml"), "utf8"), assets));
  const known = readSecrets(vars);
  const secrets: Secrets = {
    AUTH_SECRET: known.AUTH_SECRET ?? random(),
    SETUP_TOKEN: known.SETUP_TOKEN ?? random(),
  };
  // What the snippet and mails name; a variable of .dev.vars goes before that of the configuration.
  const settings = {
    ...secrets,
    WORKER_URL: `http://127.0.0.1:${port}`,
    ...(dashboardPort === null ? {} : { DASHBOARD_URL: `http://127.0.0.1:${dashboardPort}` }),
    MAIL_FROM,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(vars, lines.join(""), { mode: 0o600 });
  return { config, secrets };
}

/**
 * The dashboard's Pages project, as a copy: `wrangler pages dev` watches the functions, and in the dashboard's own folder
 * it would take the configuration beside the nearest package.json, which is the Worker's. Returns the folder.
 */
export function prepareDashboard(state: string): string {
  const folder = join(state, "dashboard");
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ROOT, "dashboard/wrangler.toml"), join(folder, "wrangler.toml"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  // Ends the bundler's search for a tsconfig.json, which would lead it back into a checkout that holds the state folder.
  writeFileSync(join(folder, "tsconfig.json"), "{}\n");
  const functions = join(folder, "functions");
  rmSync(functions, { recursive: true, force: true });
  // The tsconfig.json there extends one of the checkout.
  const isCode = (path: string): boolean => basename(path) !== "tsconfig.json";
  cpSync(join(ROOT, "dashboard/functions"), functions, { recursive: true, filter: isCode });
  return folder;
}
