// The signed-in user, signing in and out.
import { createSignal } from "solid-js";
import { ApiError, isSignedOut, request, setSignedOut } from "./api";

export interface Me {
  user: { id: string; email: string; name: string };
  organizations: { id: string; name: string; role: string }[];
  /** Full URL of the tracker script, for the tag. */
  tracker_url: string;
}

const [known, setMe] = createSignal<Me | null>();

/** Undefined while unknown, null if nobody is signed in, also when the session was ended elsewhere. */
export const me = (): Me | null | undefined => (isSignedOut() ? null : known());

/** @throws ApiError when the request fails. */
export async function loadMe(): Promise<void> {
  try {
    setMe(await request<Me>("/api/v1/me"));
    setSignedOut(false);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "unauthorized") throw error;
    setMe(null);
  }
}

/** @returns false if a code has to follow the password. */
export async function signIn(email: string, password: string): Promise<boolean> {
  const reply = await request<{ twoFactorRedirect?: boolean }>("/api/auth/sign-in/email", {
    method: "POST",
    body: { email, password },
  });
  if (reply.twoFactorRedirect) return false;
  await loadMe();
  return true;
}

/** @param code six digits of an authenticator, or a recovery code. */
export async function signInWithCode(code: string): Promise<void> {
  const way = /^\d{6}$/.test(code) ? "verify-totp" : "verify-backup-code";
  await request(`/api/auth/two-factor/${way}`, { method: "POST", body: { code } });
  await loadMe();
}

export const askForReset = (email: string): Promise<void> =>
  request("/api/auth/request-password-reset", { method: "POST", body: { email } });

export const resetPassword = (token: string, newPassword: string): Promise<void> =>
  request("/api/auth/reset-password", { method: "POST", body: { token, newPassword } });

/** @returns the new address of the account. */
export const confirmAddress = async (token: string): Promise<string> =>
  (await request<{ email: string }>("/api/auth/confirm-address", { method: "POST", body: { token } })).email;

export const confirmPassword = (password: string): Promise<void> =>
  request("/api/v1/account/confirm", { method: "POST", body: { password } });

/** The minimum length of a password that the Worker requires. */
export const PASSWORD_LENGTH = 12;

export async function signOut(): Promise<void> {
  await request("/api/auth/sign-out", { method: "POST", body: {} });
  setMe(null);
}

/** True while the installation has no account. */
export const isSetupNeeded = async (): Promise<boolean> => (await request<{ needed: boolean }>("/api/setup")).needed;

export interface FirstAccount {
  token: string;
  name: string;
  email: string;
  password: string;
}

/** Creates the owner's account and signs in with it. */
export async function setUp(account: FirstAccount): Promise<void> {
  await request("/api/setup", { method: "POST", body: account });
  await signIn(account.email, account.password);
}
