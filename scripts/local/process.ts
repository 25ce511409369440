// The wrangler processes of a local system: started in groups of their own, kept quiet, stopped whole.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

// Straight to the program: the `wrangler` command would only start node once more.
const WRANGLER = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "wrangler-dist",
  "cli.js",
);
const LEASH = fileURLToPath(new URL("./leash.ts", import.meta.url));
const PATIENCE_MS = 5_000;

/** Flags and variables of node that end a child once this process is gone. */
export const leashed = {
  flags: ["--no-warnings", "--import", LEASH],
  env: { TRACKKIT_STARTED_BY: `${process.pid}` },
};

export interface Running {
  name: string;
  /** Resolves with the exit code, or null when a signal ended it. */
  exited: Promise<number | null>;
  stop(): Promise<void>;
}

export interface WranglerOptions {
  /** What the process is called in messages. */
  name: string;
  args: string[];
  cwd: string;
  /** All that it says goes here. */
  log: string;
  env?: Record<string, string>;
}

const groups = new Set<number>();

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // Nobody of the group is left.
  }
}

// An uncaught error must not leave servers behind that hold the ports.
process.on("exit", () => {
  for (const group of groups) signal(group, "SIGKILL");
});

/** Starts wrangler under the same node as this program, whatever `node` means to the user's shell. */
export function startWrangler({ name, args, cwd, log, env }: WranglerOptions): Running {
  const output = openSync(log, "a");
  const child = spawn(process.execPath, [...leashed.flags, WRANGLER, ...args], {
    cwd,
    detached: true,
    stdio: ["ignore", output, output],
    env: {
      ...process.env,
      // No look-up of request.cf at start, no metrics, no search for updates (which comes with the banner), no questions:
      // a local system talks to nobody.
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      CI: "true",
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      ...leashed.env,
      ...env,
    },
  });
  closeSync(output);
  const group = child.pid;
  if (group) groups.add(group);
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code) => {
      if (group) {
        signal(group, "SIGKILL");
        groups.delete(group);
      }
      resolve(code);
    });
  });
  async function stop(): Promise<void> {
    if (!group || child.exitCode !== null || child.signalCode !== null) return;
    signal(group, "SIGTERM");
    const timer = setTimeout(() => signal(group, "SIGKILL"), PATIENCE_MS);
    await exited;
    clearTimeout(timer);
  }
  return { name, exited, stop };
}

/** The last lines of a log, for a person who must find out why a process died. */
export function lastLines(log: string, count = 20): string {
  const lines = stripVTControlCharacters(readFileSync(log, "utf8")).split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .map((line) => `  ${line}`)
    .join("\n");
}

/** Runs a wrangler command to its end. @throws Error with the last lines of its output when it fails. */
export async function runWrangler(options: WranglerOptions): Promise<void> {
  const running = startWrangler(options);
  const code = await running.exited;
  if (code !== 0) throw new Error(`${options.name} failed (exit ${code}):\n${lastLines(options.log)}`);
}
