// Runs wrangler, to read from the account and to change it.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ROOT } from "../local/config.ts";

const PROGRAM = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "wrangler-dist",
  "cli.js",
);

/** The standard output of wrangler; null after an error. */
export function ask(args: string[]): string | null {
  const { status, stdout } = spawnSync(process.execPath, ["--no-warnings", PROGRAM, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout : null;
}

/** The JSON output of wrangler; null after an error. */
export function askJson<T>(args: string[]): T | null {
  const text = ask(args);
  return text === null ? null : (JSON.parse(text) as T);
}

export interface Command {
  args: string[];
  /** Default: the root of the project. */
  cwd?: string;
}

/** Runs a command in the user's terminal, because it may ask questions. @throws Error when it fails. */
export function run({ args, cwd = ROOT }: Command, env: Record<string, string> = {}): void {
  const { status } = spawnSync(process.execPath, ["--no-warnings", PROGRAM, ...args], {
    cwd,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`wrangler ${args[0]} failed (exit ${status}). What it said stands above.`);
}

export const written = ({ args, cwd }: Command): string =>
  `${cwd ? `(in ${cwd.slice(ROOT.length)}) ` : ""}wrangler ${args.join(" ")}`;
