// The settings of `npm start`: its flags, and variables of the environment.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { HISTORY_DAYS } from "../simulate/course.ts";
import { stateFolder } from "../simulate/options.ts";

export const USAGE = `npm start -- [flags]

Runs a whole TrackKit on this machine, with an owner and a demo. Ctrl-C stops it.

  --empty         an owner only, no demo
  --days N        whole days of the demo's history, 1 to ${HISTORY_DAYS} (default: ${HISTORY_DAYS})
  --help          this text

Variables of the environment:

  PORT            the port of the Worker (default: 8787)
  DASHBOARD_PORT  the port of the dashboard (default: 8788)
  SITE_PORT       the port of the demo's own site (default: one beside the dashboard's)
  TRACKKIT_STATE  the folder that keeps the state (default: .trackkit)`;

export interface Settings {
  state: string;
  port: number;
  dashboardPort: number;
  /** Null: the port beside the dashboard's, if it is free. */
  sitePort: number | null;
  empty: boolean;
  /** Whole days of the demo's history. */
  days: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

function portFrom(env: Environment, setting: string, standard: number): number {
  const port = Number(env[setting] || standard);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${setting} must be a port, not ${env[setting]}`);
}

const FLAGS = {
  empty: { type: "boolean", default: false },
  days: { type: "string", default: `${HISTORY_DAYS}` },
  help: { type: "boolean", default: false },
} as const;

function flagsIn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    const [fault] = (error as Error).message.split(". To specify a positional");
    throw new Error(`${fault}\n\n${USAGE}`);
  }
}

/** Null for `--help`. @throws Error that names the wrong flag or variable. */
export function readSettings(args: readonly string[], env: Environment): Settings | null {
  const values = flagsIn(args);
  if (values.help) return null;
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1 || days > HISTORY_DAYS)
    throw new Error(`--days must be a number from 1 to ${HISTORY_DAYS}.`);
  return {
    state: resolve(stateFolder()),
    port: portFrom(env, "PORT", 8787),
    dashboardPort: portFrom(env, "DASHBOARD_PORT", 8788),
    sitePort: env.SITE_PORT ? portFrom(env, "SITE_PORT", 0) : null,
    empty: values.empty,
    days,
  };
}
