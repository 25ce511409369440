// The only access to the API: JSON in, JSON out, and every failure is an ApiError with a readable message.
import { createSignal } from "solid-js";
import type { InputFault } from "../../../workers/domain/requests/input";
import type { ProblemCode } from "../../../workers/domain/requests/problem";
import { words } from "../words/errors";

export class ApiError extends Error {
  /** `offline`: there was no response. */
  readonly code: ProblemCode | "offline";
  readonly status: number;
  /** All faults in the input, if the API lists them. */
  readonly faults: readonly InputFault[];

  constructor(code: ProblemCode | "offline", status: number, message: string, faults: readonly InputFault[] = []) {
    super(message);
    this.faults = faults;
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }
}

/** True after the API reported that the session has ended. */
export const [isSignedOut, setSignedOut] = createSignal(false);

const CODES: Record<number, ProblemCode> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "too_large",
  422: "invalid",
  429: "too_many",
  503: "unavailable",
};

interface Failure {
  error?: { code?: ProblemCode; message?: string; details?: unknown };
  /** Under /api/auth, the accounts library puts the message at the top level. */
  message?: string;
}

async function toError(response: Response): Promise<ApiError> {
  const failure = (await response.json().catch(() => ({}))) as Failure;
  const code = failure.error?.code ?? CODES[response.status] ?? "internal";
  const said = failure.error?.message ?? failure.message;
  return new ApiError(
    code,
    response.status,
    toSentence(said ?? words.status(response.status)),
    toFaults(failure.error?.details),
  );
}

const isFault = (detail: unknown): detail is InputFault =>
  typeof detail === "object" && detail !== null && "path" in detail && "message" in detail;
const toFaults = (details: unknown): InputFault[] => (Array.isArray(details) ? details.filter(isFault) : []);

/** The API's messages begin with a lower-case subject and have no full stop. */
function toSentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export interface Request {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
}

/** @throws ApiError; an AbortError when the signal fires. */
export async function request<T>(path: string, { method = "GET", body, signal }: Request = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
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
