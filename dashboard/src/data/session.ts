// The signed-in user, signing in and out.
import { createSignal } from "solid-js";
import { ApiError, request, setSignedOut } from "./api";

export interface Me {
  user: { id: string; email: string; name: string };
  organizations: { id: string; name: string; role: string }[];
  /** Full URL of the tracker script, for the tag. */
  tracker_url: string;
}

const [me, setMe] = createSignal<Me | null>();

/** Undefined while unknown, null if nobody is signed in. */
export { me };

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

export async function signIn(email: string, password: string): Promise<void> {
  await request("/api/auth/sign-in/email", { method: "POST", body: { email, password } });
  await loadMe();
}

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
