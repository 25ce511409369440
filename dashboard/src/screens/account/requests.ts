// API calls of the account page.
import { request } from "../../data/api";

export interface Account {
  user: { id: string; email: string; name: string; two_factor: boolean; created_at: string };
  reset_by_mail: boolean;
  /** After a change: the new address, if it has to be confirmed. */
  email_to_confirm?: string;
}

export interface Session {
  id: string;
  current: boolean;
  browser: string | null;
  network: string | null;
  created_at: string;
  last_used_at: string;
  expires_at: string;
}

const ACCOUNT = "/api/v1/account";
const post = <T>(path: string, body: unknown): Promise<T> => request(`/api/auth${path}`, { method: "POST", body });

export const loadAccount = (_: true, signal: AbortSignal): Promise<Account> => request(ACCOUNT, { signal });

export const changeAccount = (change: { name?: string; email?: string; current_password?: string }): Promise<Account> =>
  request(ACCOUNT, { method: "PATCH", body: change });

export const deleteAccount = (): Promise<void> => request(ACCOUNT, { method: "DELETE" });

export const changePassword = (currentPassword: string, newPassword: string): Promise<void> =>
  post("/change-password", { currentPassword, newPassword });

export interface TwoFactorSetup {
  totpURI: string;
  backupCodes: string[];
}

export const startTwoFactor = (password: string): Promise<TwoFactorSetup> => post("/two-factor/enable", { password });
export const verifyTwoFactor = (code: string): Promise<void> => post("/two-factor/verify-totp", { code });
export const stopTwoFactor = (password: string): Promise<void> => post("/two-factor/disable", { password });
export const newRecoveryCodes = async (password: string): Promise<string[]> =>
  (await post<{ backupCodes: string[] }>("/two-factor/generate-backup-codes", { password })).backupCodes;

export const loadSessions = async (_: true, signal: AbortSignal): Promise<Session[]> =>
  (await request<{ sessions: Session[] }>(`${ACCOUNT}/sessions`, { signal })).sessions;

export const endSession = (id: string): Promise<void> =>
  request(`${ACCOUNT}/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });

export const endOtherSessions = (): Promise<void> => request(`${ACCOUNT}/sessions`, { method: "DELETE" });
