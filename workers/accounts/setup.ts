// The first account. The holder of the setup token can create it once, while no other account exists.
import { drizzle } from "drizzle-orm/d1";
import { z } from "zod";
import { heldAgainst } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { users } from "../storage/accounts/tables";
import type { Auth } from "./auth";
import { PASSWORD_LENGTH } from "./passwords/password-length";
import { faultOfPassword } from "./passwords/weak";

const { min, max } = PASSWORD_LENGTH;
/** An address may try 300 tokens in ten seconds, so the token must be too long to guess. */
const TOKEN_LENGTH = 16;

const title = z.string().trim().min(1).max(100);

export const setupInput = z.strictObject({
  token: z.string().max(500),
  email: z.email("email must be an email address").max(254).toLowerCase(),
  password: z
    .string()
    .min(min, `password must have at least ${min} characters`)
    .max(max, `password must have at most ${max} characters`)
    .superRefine(heldAgainst((password: string) => (password.length < min ? null : faultOfPassword(password)))),
  name: title.optional(),
  organization: title.optional(),
});

export type SetupInput = z.infer<typeof setupInput>;

export interface SetupResult {
  user: { id: string; email: string; name: string };
  organization: { id: string; name: string };
}

export async function isSetupNeeded(db: D1Database): Promise<boolean> {
  return (await drizzle(db).select({ id: users.id }).from(users).limit(1)).length === 0;
}

/** @throws Problem forbidden unless the token matches. */
export async function requireSetupToken(expected: string | undefined, given: string): Promise<void> {
  if (!expected) throw new Problem("forbidden", "setup is closed: the Worker has no SETUP_TOKEN");
  if (expected.length < TOKEN_LENGTH)
    throw new Problem("forbidden", `setup is closed: SETUP_TOKEN must have at least ${TOKEN_LENGTH} characters`);
  // Digests have equal length, so neither the timing nor an error reveals anything about the token.
  const [wanted, shown] = await Promise.all([digestOf(expected), digestOf(given)]);
  if (!crypto.subtle.timingSafeEqual(wanted, shown)) throw new Problem("forbidden", "setup token is wrong");
}

/**
 * Creates the owner, the password and the organization in one batch, which is one transaction. Each row is written only
 * if the one before was, and the first only if no user exists. Of two simultaneous callers one succeeds, and a crash
 * leaves nothing behind.
 * @throws Problem conflict when an account exists.
 */
export async function createOwner(db: D1Database, auth: Auth, input: SetupInput, now: number): Promise<SetupResult> {
  const context = await auth.$context;
  const password = await context.password.hash(input.password);
  const name = input.name ?? input.email.slice(0, input.email.indexOf("@"));
  const user = { id: idFor("user"), email: input.email, name };
  const organization = { id: idFor("organization"), name: input.organization ?? name };
  const time = new Date(now).toISOString();

  const [made] = await db.batch([
    db
      .prepare(
        `insert into user (id, name, email, emailVerified, createdAt, updatedAt)
         select ?1, ?2, ?3, 1, ?4, ?4 where not exists (select 1 from user)`,
      )
      .bind(user.id, user.name, user.email, time),
    db
      .prepare(
        `insert into account (id, accountId, providerId, userId, password, createdAt, updatedAt)
         select ?1, id, 'credential', id, ?2, ?3, ?3 from user where id = ?4`,
      )
      .bind(idFor("account"), password, time, user.id),
    db
      .prepare(
        `insert into organization (id, name, slug, createdAt)
         select ?1, ?2, ?1, ?3 from user where id = ?4`,
      )
      .bind(organization.id, organization.name, time, user.id),
    db
      .prepare(
        `insert into member (id, organizationId, userId, role, createdAt)
         select ?1, ?2, id, 'owner', ?3 from user where id = ?4`,
      )
      .bind(idFor("member"), organization.id, time, user.id),
  ]);
  if (made?.meta.changes !== 1) throw new Problem("conflict", "setup is closed: an account already exists");
  return { user, organization };

  function idFor(model: string): string {
    return context.generateId({ model }) || crypto.randomUUID();
  }
}

const digestOf = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
