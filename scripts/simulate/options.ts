// The options of `npm run simulate`: from flags, else from the running local system, else from the configuration.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../local/config.ts";
import { readSimulation, type Simulation, toDuration } from "./config.ts";

export const USAGE = `npm run simulate -- [flags]

Sends simulated traffic to a TrackKit, in real time.

  --history          send the traffic of the time that ends now, at once, through imports
  --log FILE         send the page views of an Apache access log (combined format) instead
  --config FILE      people, site and amounts (YAML; see scripts/simulate/demo.yml)
  --users N          how many people know the site
  --duration TIME    how long it goes on: 90s, 10m, 2h, 30d
  --rate N           visits per hour, on average
  --seed N           the same seed gives the same people and journeys
  --url URL          the Worker              \\
  --key KEY          an API key               } of the system that \`npm start\` runs, when not given
  --site SITE_ID     the property            /
  --help             this text`;

export interface Target {
  url: string;
  key: string;
  siteId: string;
}

export interface Request {
  target: Target;
  simulation: Simulation;
  history: boolean;
  log: string | null;
}

interface Local {
  worker: string;
  api_key: string;
  site_id: string | null;
}

export const stateFolder = (): string => process.env.TRACKKIT_STATE || join(ROOT, ".trackkit");

function readLocal(): Local | null {
  const file = join(stateFolder(), "local.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Local) : null;
}

function number(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Error(`--${flag} must be a number, not ${text}`);
  return value;
}

/** Null for `--help`. @throws Error that names the missing or wrong flag. */
export function readRequest(args: string[]): Request | null {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", short: "h" },
      history: { type: "boolean", default: false },
      log: text,
      config: text,
      users: text,
      duration: text,
      rate: text,
      seed: text,
      url: text,
      key: text,
      site: text,
    },
  });
  if (values.help) return null;
  const local = readLocal();
  // A key of the local system is useless for another system.
  const here = values.url === undefined || values.url === local?.worker ? local : null;
  const target = {
    url: values.url ?? here?.worker,
    key: values.key ?? process.env.TRACKKIT_KEY ?? here?.api_key,
    siteId: values.site ?? here?.site_id,
  };
  const missing = Object.entries({ url: target.url, key: target.key, site: target.siteId }).find(([, value]) => !value);
  if (missing) throw new Error(`--${missing[0]} is missing: give it, or run \`npm start\` beside this.\n\n${USAGE}`);
  const base = readSimulation(values.config);
  const flags = {
    users: number("users", values.users) ?? base.users,
    duration: values.duration === undefined ? base.duration : toDuration(values.duration),
    rate: number("rate", values.rate) ?? base.rate,
    seed: number("seed", values.seed) ?? base.seed,
  };
  if (!Number.isInteger(flags.users) || flags.users < 1) throw new Error("--users must be a whole number above 0");
  if (!Number.isInteger(flags.seed)) throw new Error("--seed must be a whole number");
  if (flags.rate <= 0) throw new Error("--rate must be above 0");
  return {
    target: target as Target,
    simulation: { ...base, ...flags },
    history: values.history,
    log: values.log ?? null,
  };
}
