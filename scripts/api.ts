// TrackKit's HTTP interface as the scripts call it: JSON in, JSON out, problems as errors.

/** A reply other than 2xx. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

export interface Api {
  url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
}

interface ErrorBody {
  error?: { code?: string; message?: string };
}

function toError(url: string, status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as ErrorBody;
    if (error?.message) return new ApiError(status, error.code ?? "internal", error.message);
  } catch {
    // Not from TrackKit: a proxy, or another server.
  }
  return new ApiError(status, "unknown", `${url} answered ${status}: ${text.slice(0, 200)}`);
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A string goes out as it is (NDJSON), everything else as JSON. @throws ApiError, or TypeError without a server. */
async function request(
  method: Method,
  url: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Response> {
  const raw = typeof body === "string";
  const response = await fetch(url, {
    method,
    headers: {
      ...headers,
      ...(body === undefined ? {} : { "Content-Type": raw ? "application/x-ndjson" : "application/json" }),
    },
    ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
  });
  if (!response.ok) throw toError(url, response.status, await response.text());
  return response;
}

/** @param headers identify the caller: see `bearer`. */
export function apiAt(url: string, headers: Record<string, string> = {}): Api {
  const base = url.replace(/\/+$/, "");
  async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
    return (await (await request(method, base + path, headers, body)).json()) as T;
  }
  return {
    url: base,
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
    patch: (path, body) => call("PATCH", path, body),
    async delete(path) {
      await request("DELETE", base + path, headers);
    },
  };
}

export const bearer = (key: string): Record<string, string> => ({ Authorization: `Bearer ${key}` });

/** The headers of a signed-in browser. @throws ApiError when the password is wrong. */
export async function signIn(url: string, email: string, password: string): Promise<Record<string, string>> {
  const origin = new URL(url).origin;
  const response = await request("POST", `${origin}/api/auth/sign-in/email`, { Origin: origin }, { email, password });
  const cookie = response.headers.getSetCookie().map((one) => one.split(";")[0]);
  return { Cookie: cookie.join("; "), Origin: origin };
}
