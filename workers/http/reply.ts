// The only place where a problem becomes an HTTP response. A 5xx never shows internals; it has the request id.

import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { describeError } from "../domain/requests/describe-error";
import { Problem } from "../domain/requests/problem";
import { REFUSAL_HEADER } from "../domain/requests/refusal";
import type { AppEnv } from "./app";

/** `{"error":{code,message,details?}}` for any thrown error. A refusal also sets a header with its reason. */
export function errorReply(error: Error, requestId: string, headers: Record<string, string> = {}): Response {
  const problem = toProblem(error) ?? hide(error, requestId);
  return Response.json(
    { error: problem.toBody() },
    {
      status: problem.status,
      headers: {
        ...headers,
        ...(problem.refusal ? { [REFUSAL_HEADER]: problem.refusal } : {}),
        ...retryAfter(problem),
      },
    },
  );
}

/** The standard header for the seconds in the details of `too_many`. */
function retryAfter({ details }: Problem): Record<string, string> {
  const seconds = (details as { retry_after?: unknown } | undefined)?.retry_after;
  return typeof seconds === "number" ? { "retry-after": String(seconds) } : {};
}

/** The same for Hono's routes. It keeps the headers that middleware has set. */
export function replyToError(error: Error, c: Context<AppEnv>): Response {
  const reply = errorReply(error, c.get("requestId") ?? "");
  return c.newResponse(reply.body, reply);
}

function hide(error: Error, id: string): Problem {
  console.error(`request ${id} failed`, describeError(error));
  return new Problem("internal", `request failed; its id is ${id}`, { request_id: id });
}

function toProblem(error: Error): Problem | null {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status === 413) return new Problem("too_large", "body is too large");
  if (error instanceof HTTPException && error.status < 500)
    return new Problem("invalid", error.message || "request is invalid");
  return null;
}
