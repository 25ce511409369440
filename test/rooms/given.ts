// Builders for tests in workerd: an owner, a property, a key, and how they call the Worker.
import { reset } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach } from "vitest";
import { createAuth } from "../../workers/accounts/auth";
import { createOwner } from "../../workers/accounts/setup";
import { MEASUREMENT_NAMES, type Measurements } from "../../workers/domain/events/measurement";
import { SCOPES, type Scope } from "../../workers/domain/properties/caller";
import {
  type Privacy,
  type Property,
  type PropertyInput,
  propertyInput,
  type StreamInput,
} from "../../workers/domain/properties/property";
import { createKey } from "../../workers/storage/properties/keys";
import { createProperty } from "../../workers/storage/properties/properties";

export const ORIGIN = "https://track.example";

/** All migrations in one batch: statement by statement, as `applyD1Migrations` runs them, takes three times as long. */
const migrate = (): Promise<unknown> =>
  env.DB.batch(env.MIGRATIONS.flatMap(({ queries }) => queries.map((query) => env.DB.prepare(query))));

/** Every test begins with migrated tables and nothing in them. */
export function givenFreshStorage(): void {
  beforeEach(migrate);
  afterEach(reset);
}

export interface Owner {
  user: { id: string; email: string; name: string };
  organization: { id: string; name: string };
  password: string;
}

/** The first account, as setup makes it. */
export async function givenOwner(): Promise<Owner> {
  const password = crypto.randomUUID();
  const input = { token: "", email: "owner@example.com", password, organization: "Owner's" };
  return { ...(await createOwner(env.DB, createAuth(env, ORIGIN), input, Date.now())), password };
}

/** Another user, in an organization of their own or, in a role, in one that exists. */
export async function givenMember(role: string, organizationId?: string): Promise<Owner> {
  const id = crypto.randomUUID();
  const user = { id, email: `${id}@example.com`, name: "Member" };
  const password = crypto.randomUUID();
  const organization = { id: organizationId ?? `organization of ${id}`, name: "Member's" };
  const hash = await (await createAuth(env, ORIGIN).$context).password.hash(password);
  const time = new Date().toISOString();
  const run = (statement: string, ...values: string[]) => env.DB.prepare(statement).bind(...values);
  await env.DB.batch([
    run(
      "insert into user (id, name, email, emailVerified, createdAt, updatedAt) values (?1, ?2, ?3, 1, ?4, ?4)",
      user.id,
      user.name,
      user.email,
      time,
    ),
    run(
      `insert into account (id, accountId, providerId, userId, password, createdAt, updatedAt)
       values (?1, ?1, 'credential', ?1, ?2, ?3, ?3)`,
      user.id,
      hash,
      time,
    ),
    run(
      "insert or ignore into organization (id, name, slug, createdAt) values (?1, ?2, ?1, ?3)",
      organization.id,
      organization.name,
      time,
    ),
    run(
      "insert into member (id, organizationId, userId, role, createdAt) values (?1, ?2, ?1, ?3, ?4)",
      user.id,
      organization.id,
      role,
      time,
    ),
  ]);
  return { user, organization, password };
}

/** A property with one data stream at https://shop.example, in Zurich, unless said otherwise. */
export async function givenProperty(
  organizationId = "organization",
  given: Partial<Omit<PropertyInput, "privacy"> & { privacy: Partial<Privacy> }> = {},
): Promise<Property> {
  const input = propertyInput.parse({
    name: "Shop",
    timezone: "Europe/Zurich",
    streams: [{ url: "https://shop.example", name: "Shop" }],
    ...given,
  });
  return createProperty(env.DB, organizationId, input, Date.now());
}

/** A data stream at https://shop.example with all measurements on. */
export const measuringStream = (but: Partial<Measurements> = {}): StreamInput => ({
  url: "https://shop.example",
  name: "Shop",
  measurements: { ...Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, true])), ...but },
});

/** A key of the organization, or of one property of it. @returns the key itself. */
export async function givenKey(
  organizationId = "organization",
  scopes: readonly Scope[] = SCOPES,
  siteId: string | null = null,
): Promise<string> {
  const owner = { organization_id: organizationId, site_id: siteId };
  return (await createKey(env.DB, owner, { name: "Key", scopes }, Date.now())).key;
}

/** Signs in through the Worker. @returns the headers that a page of the dashboard sends. */
export async function givenSession({ user, password }: Owner): Promise<Record<string, string>> {
  const reply = await signIn(user.email, password);
  if (!reply.ok) throw new Error(await reply.text());
  const cookie = reply.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return { cookie, origin: ORIGIN };
}

/** Each attempt comes from an address of its own unless said otherwise: they are limited by address. */
export function signIn(email: string, password: string, address = randomAddress()): Promise<Response> {
  return call("POST", "/api/auth/sign-in/email", {
    headers: { "cf-connecting-ip": address },
    body: { email, password },
  });
}

const randomAddress = (): string => `10.${Array.from(crypto.getRandomValues(new Uint8Array(3))).join(".")}`;

export interface Call {
  key?: string;
  headers?: Record<string, string>;
  /** Sent as JSON; a text is sent as it is. */
  body?: unknown;
}

/** A request to the whole Worker. */
export function call(method: string, path: string, { key, headers, body }: Call = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** The code of the problem that a reply tells. */
export async function problemOf(reply: Response): Promise<string> {
  return ((await reply.json()) as { error: { code: string } }).error.code;
}
