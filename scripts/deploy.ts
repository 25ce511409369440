// `npm run deploy`: deploys TrackKit to a Cloudflare account. It may be run again: it keeps existing resources and
// replaces the earlier version. `-- --dry-run` prints the commands and changes nothing. `-- --reset-password EMAIL` prints
// a link that sets a new password.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type Found,
  lacksWorkerUrl,
  type Names,
  namesIn,
  nothingFound,
  secretsToMake,
  toDeploy,
  toMake,
  withDashboardUrl,
  withDatabase,
  withWorkerUrl,
  workerUrlIn,
} from "./deploy/plan.ts";
import { toReset } from "./deploy/reset.ts";
import { withSecrets } from "./deploy/secrets-file.ts";
import { ask, askJson, type Command, run, written } from "./deploy/wrangler.ts";
import { ROOT } from "./local/config.ts";

const CONFIG = join(ROOT, "wrangler.toml");
const DASHBOARD = join(ROOT, "dashboard");

interface Project {
  "Project Name": string;
  "Project Domains": string;
}

const projectsIn = (): Project[] => askJson<Project[]>(["pages", "project", "list", "--json"]) ?? [];

function databaseId(name: string): string | null {
  const list = askJson<{ name: string; uuid: string }[]>(["d1", "list", "--json"]);
  if (!list)
    throw new Error("wrangler cannot list the account's databases. With several accounts, set CLOUDFLARE_ACCOUNT_ID.");
  return list.find((database) => database.name === name)?.uuid ?? null;
}

function look(names: Names): Found {
  return {
    databaseId: databaseId(names.database),
    buckets: names.buckets.filter((name) => ask(["r2", "bucket", "info", name]) !== null),
    queues: names.queues.filter((name) => ask(["queues", "info", name]) !== null),
    // Fails while the Worker does not exist; it has no secrets then.
    secrets: (askJson<{ name: string }[]>(["secret", "list", "--format", "json"]) ?? []).map(({ name }) => name),
    pages: projectsIn().some((project) => project["Project Name"] === names.pages),
  };
}

const makeSecrets = (names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, randomBytes(32).toString("base64url")]));

function dashboardUrl(names: Names): string {
  const project = projectsIn().find((one) => one["Project Name"] === names.pages);
  const [domain = `${names.pages}.pages.dev`] = project?.["Project Domains"].split(", ") ?? [];
  return `https://${domain}`;
}

function tellWhatIsNext(names: Names, token: string | undefined): void {
  const dashboard = dashboardUrl(names);
  console.log(`\nDeployed. The dashboard is ${dashboard}`);
  if (!token) return;
  console.log(`
Make your account now at ${dashboard}/setup with this setup token. It is shown once, and works until an account
exists (lost it? npm run deploy -- --new-setup-token):

  ${token}`);
}

/** Deploys the Worker; the first time twice, because the tag must name its address, which is known only then. */
function deployWorker(command: Command): void {
  const folder = mkdtempSync(join(tmpdir(), "trackkit-"));
  try {
    const output = join(folder, "output.ndjson");
    run(command, { WRANGLER_OUTPUT_FILE_PATH: output });
    const toml = readFileSync(CONFIG, "utf8");
    if (!lacksWorkerUrl(toml)) return;
    const url = workerUrlIn(readFileSync(output, "utf8"));
    if (!url)
      throw new Error("wrangler did not say where the Worker is. Set WORKER_URL in wrangler.toml and run this again.");
    writeFileSync(CONFIG, withWorkerUrl(toml, url));
    run({ args: ["deploy"] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function deploy(names: Names, newSetupToken: boolean): void {
  if (ask(["whoami", "--json"]) === null) throw new Error("wrangler is not signed in. Run: npx wrangler login");
  const found = look(names);
  for (const command of toMake(names, found)) {
    console.log(`\n> ${written(command)}`);
    run(command);
  }
  const id = found.databaseId ?? databaseId(names.database);
  if (!id)
    throw new Error(`Database ${names.database} was made, but the account does not list it yet. Run this again.`);
  const toml = withDatabase(readFileSync(CONFIG, "utf8"), id);
  writeFileSync(CONFIG, withDashboardUrl(toml, dashboardUrl(names)));
  const secrets = makeSecrets(secretsToMake(found, newSetupToken));
  withSecrets(secrets, (file) => {
    for (const command of toDeploy(names, file, DASHBOARD)) {
      console.log(`\n> ${written(command)}`);
      if (command.args[0] === "deploy") deployWorker(command);
      else run(command);
    }
  });
  tellWhatIsNext(names, secrets.SETUP_TOKEN);
}

/** For who owns the Cloudflare account and cannot sign in. */
function resetPassword(names: Names, email: string): void {
  const { sql, path } = toReset(email, Date.now());
  const reply = askJson<{ results: unknown[] }[]>([
    ...["d1", "execute", names.database, "--remote", "--json"],
    ...["--command", sql],
  ]);
  if (!reply) throw new Error("wrangler could not write to the database. Is it signed in, and is TrackKit deployed?");
  if (!reply[0]?.results.length) throw new Error(`No account has the address ${email}.`);
  console.log(`\nSet a new password here. The link works once, for an hour:\n\n  ${dashboardUrl(names)}${path}`);
}

function rehearse(names: Names): void {
  console.log("A first deployment runs these commands, and leaves out those whose result is there already:\n");
  const secrets = secretsToMake(nothingFound(), false);
  for (const command of [...toMake(names, nothingFound()), ...toDeploy(names, "<secrets.json>", DASHBOARD)])
    console.log(`  ${written(command)}`);
  console.log(
    `\n<secrets.json> holds ${secrets.join(" and ")}, made at random. The database's id and the Worker's address go into wrangler.toml.\n`,
  );
  run({ args: ["deploy", "--dry-run"] });
}

try {
  const { values } = parseArgs({
    options: {
      "dry-run": { type: "boolean", default: false },
      "new-setup-token": { type: "boolean", default: false },
      "reset-password": { type: "string" },
    },
  });
  const read = (path: string): string => readFileSync(path, "utf8");
  const names = namesIn(read(CONFIG), read(join(DASHBOARD, "wrangler.toml")));
  if (values["reset-password"] !== undefined) resetPassword(names, values["reset-password"]);
  else if (values["dry-run"]) rehearse(names);
  else deploy(names, values["new-setup-token"]);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
