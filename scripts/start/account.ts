// The owner of a local system: made at the first start, remembered in the state folder.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiAt, bearer, signIn } from "../api.ts";
import type { LocalSystem } from "../local/system.ts";

/** The demo's two properties and their history. */
export interface DemoState {
  /** The shop. */
  site_id: string;
  /** The documentation; missing in states of earlier versions, as is `site_port`. */
  docs_id?: string;
  /** Where the demo's own websites are served. */
  site_port?: number;
  /** The end of the history, in milliseconds since 1970. */
  end: number;
  /** Whole days of the history. */
  days?: number;
  /** Chunks of the history that are counted, and how many events they have. */
  chunks?: number;
  events?: number;
  /** False until the first chunk is counted. */
  loaded: boolean;
  /** Every chunk is counted and ready for analysis. */
  complete?: boolean;
}

export interface Account {
  email: string;
  password: string;
  api_key: string | null;
  demo: DemoState | null;
}

const EMAIL = "owner@example.com";
const fileIn = (state: string): string => join(state, "account.json");

export function readAccount(state: string): Account | null {
  return existsSync(fileIn(state)) ? (JSON.parse(readFileSync(fileIn(state), "utf8")) as Account) : null;
}

export function writeAccount(state: string, account: Account): void {
  // Renamed into place: a start that is interrupted must not leave half a file, with the password in the other half.
  const draft = `${fileIn(state)}.new`;
  writeFileSync(draft, `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, fileIn(state));
}

async function createKey(system: LocalSystem, account: Account): Promise<string> {
  const session = await signIn(system.worker, account.email, account.password);
  const body = { name: "local", scopes: ["ingest", "stats", "manage"] };
  const { key } = await apiAt(system.worker, session).post<{ key: string }>("/api/v1/keys", body);
  return key;
}

/** The owner with an API key. Each step is written down before the next, so that it may be interrupted anywhere. */
export async function ensureAccount(system: LocalSystem, state: string): Promise<Account & { api_key: string }> {
  const known = readAccount(state);
  const account = known ?? {
    email: EMAIL,
    password: randomBytes(12).toString("base64url"),
    api_key: null,
    demo: null,
  };
  if (!known) writeAccount(state, account);
  const api = apiAt(system.worker);
  if ((await api.get<{ needed: boolean }>("/api/setup")).needed) {
    const { email, password } = account;
    const owner = { email, password, name: "Owner", organization: "My organization" };
    await api.post("/api/setup", { token: system.secrets.SETUP_TOKEN, ...owner });
  }
  const api_key = account.api_key ?? (await createKey(system, account));
  if (account.api_key !== api_key) writeAccount(state, { ...account, api_key });
  return { ...account, api_key };
}

export const ownerApi = (system: LocalSystem, account: { api_key: string }) =>
  apiAt(system.worker, bearer(account.api_key));
