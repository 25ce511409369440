// Writes an entry of the audit log for each request that changed something. Every route under /api/v1 passes here, so that
// no route can forget it; the routes say only to which organization and property the change belongs.

import type { Context, MiddlewareHandler } from "hono";
import { type AuditDetails, changeIn } from "../domain/properties/audit";
import { describeError } from "../domain/requests/describe-error";
import { senderAddress, truncateAddress } from "../domain/visitors/address";
import { writeEntry } from "../storage/accounts/audit";
import type { AppEnv, Subject } from "./app";
import { BODY_LIMIT, readText } from "./body";

/** Names the organization and the property that a route changes. */
export function subjectOf(c: Context<AppEnv>, subject: Subject): void {
  c.set("subject", subject);
}

const MOST_FIELDS = 30;
const LONGEST = 100;

type Json = Record<string, unknown>;
const toJson = async (text: Promise<string>): Promise<Json> => {
  try {
    const json: unknown = JSON.parse(await text);
    return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Json) : {};
  } catch {
    return {};
  }
};

const isJson = (headers: Headers): boolean => headers.get("content-type")?.startsWith("application/json") ?? false;
const textOf = (value: unknown): string | null => (typeof value === "string" ? value.slice(0, LONGEST) : null);

export const auditChanges: MiddlewareHandler<AppEnv> = async (c, next) => {
  // The decoded path, by which Hono routes: another spelling of a path leads to the same route.
  const change = changeIn(c.req.method, c.req.path);
  if (!change) return next();
  // An import may be large. Whatever the type of other bodies is said to be, routes read them as JSON.
  const copy = change.action !== "import.upload" && c.req.raw.body ? c.req.raw.clone() : null;
  await next();
  const { caller, subject } = c.var;
  // A body that the route has not read changed nothing, and nobody has checked its size.
  const isRead = copy !== null && c.req.raw.bodyUsed;
  if (!caller || !subject || !c.res.ok || !isRead) await copy?.body?.cancel();
  if (!caller || !subject || !c.res.ok) return;
  const given = isRead ? await toJson(readText(copy, BODY_LIMIT)) : {};
  const fields = Object.keys(given)
    .slice(0, MOST_FIELDS)
    .map((field) => field.slice(0, LONGEST));
  // A PATCH that names nothing changes nothing: `readChanges` of the route has found it empty, too.
  if (c.req.method === "PATCH" && fields.length === 0) return;
  const made = c.res.status === 201 && isJson(c.res.headers) ? await toJson(c.res.clone().text()) : {};
  const name = textOf(made.name) ?? textOf(given.name);
  const details: AuditDetails = { ...(fields.length > 0 ? { fields } : {}), ...(name === null ? {} : { name }) };
  try {
    await writeEntry(
      c.env.DB,
      {
        organization_id: subject.organization_id,
        actor: caller,
        action: change.action,
        property_id: subject.site_id ?? textOf(made.site_id),
        target: change.target ?? textOf(made.id),
        network: truncateAddress(senderAddress(c.req.header("cf-connecting-ip")), "truncated"),
        details,
      },
      Date.now(),
    );
  } catch (error) {
    // The change has been made: an error would make the caller repeat it.
    console.error(`entry ${change.action} of the audit log could not be written`, describeError(error));
  }
};
