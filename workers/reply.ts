// The one place where a problem becomes HTTP. 5xx never show internals; they carry the request id.
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AppEnv } from "./app";
import { Problem } from "./domain/problem";

/** Turns whatever was thrown into `{"error":{code,message,details?}}`. */
export function replyToError(error: Error, c: Context<AppEnv>): Response {
  const problem = toProblem(error);
  if (problem) return c.json({ error: problem.toBody() }, problem.status);
  const id = c.get("requestId") ?? "";
  console.error(`request ${id} failed`, error);
  const hidden = new Problem("internal", `request failed; its id is ${id}`, { request_id: id });
  return c.json({ error: hidden.toBody() }, 500);
}

function toProblem(error: Error): Problem | null {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status === 413) return new Problem("too_large", "body is too large");
  if (error instanceof HTTPException && error.status < 500)
    return new Problem("invalid", error.message || "request is invalid");
  return null;
}
