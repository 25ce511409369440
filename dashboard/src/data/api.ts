// The only access to the API: JSON in, JSON out, and every failure is an ApiError with a readable message.
import { createSignal } from "solid-js";
import { CONFIRM_REASON } from "../../../workers/domain/properties/caller";
import type { InputFault } from "../../../workers/domain/requests/input";
import { codeOfStatus, type ProblemCode } from "../../../workers/domain/requests/problem";
import { words } from "../words/errors";

export class ApiError extends Error {
  /** `offline`: there was no response. */
  readonly code: ProblemCode | "offline";
  readonly status: number;
  /** All faults in the input, if the API lists them. */
  readonly faults: readonly InputFault[];
  /** A reason that the dashboard acts on. */
  readonly reason: string | null;

  constructor(code: ProblemCode | "offline", status: number, message: string, details?: unknown) {
    super(message);
    this.faults = toFaults(details);
    this.reason = toReason(details);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }
}

/** True after the API reported that the session has ended. */
export const [isSignedOut, setSignedOut] = createSignal(false);

interface Failure {
  error?: { code?: ProblemCode; message?: string; details?: unknown };
  /** Under /api/auth, the accounts library puts the message at the top level. */
  message?: string;
}

async function toError(response: Response): Promise<ApiError> {
  const failure = (await response.json().catch(() => ({}))) as Failure;
  const code = failure.error?.code ?? codeOfStatus(response.status) ?? "internal";
  const said = failure.error?.message ?? failure.message;
  return new ApiError(code, response.status, toSentence(said ?? words.status(response.status)), failure.error?.details);
}

const isFault = (detail: unknown): detail is InputFault =>
  typeof detail === "object" && detail !== null && "path" in detail && "message" in detail;
const toFaults = (details: unknown): InputFault[] => (Array.isArray(details) ? details.filter(isFault) : []);

const toReason = (details: unknown): string | null => {
  const reason = (details as { reason?: unknown } | null | undefined)?.reason;
  return typeof reason === "string" ? reason : null;
};

/** The API's messages begin with a lower-case subject and have no full stop. */
export function toSentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export interface Request {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
}

/** Asks for the password again. Resolves with false if the person closes the dialog. */
type Confirm = () => Promise<boolean>;
let confirm: Confirm | null = null;
/** The frame sets how to ask: this file has no screen. */
export const confirmWith = (ask: Confirm): void => {
  confirm = ask;
};

/**
 * A change that needs the password again asks for it, and is then sent once more.
 * @throws ApiError; an AbortError when the signal fires.
 */
export async function request<T>(path: string, options: Request = {}): Promise<T> {
  try {
    return await send<T>(path, options);
  } catch (error) {
    const isUnconfirmed = error instanceof ApiError && error.reason === CONFIRM_REASON;
    if (!isUnconfirmed || !confirm || !(await confirm())) throw error;
    return send<T>(path, options);
  }
}

async function send<T>(path: string, { method = "GET", body, signal }: Request): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
      // The address of a page with many filters is long. As a header of every request it would exceed the limits of servers.
      referrerPolicy: "strict-origin",
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError("offline", 0, words.offline);
  }
  if (!response.ok) {
    const error = await toError(response);
    if (error.code === "unauthorized" && !path.startsWith("/api/auth/")) setSignedOut(true);
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** The message for a person about any error. */
export const messageOf = (error: unknown): string => (error instanceof ApiError ? error.message : words.internal);
