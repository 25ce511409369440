// Configures better-auth for this Worker: email and password, cookie sessions, a second factor, organizations. Only
// `authFor` loads it.
import { betterAuth } from "better-auth";
import { organization } from "better-auth/plugins/organization";
import { twoFactor } from "better-auth/plugins/two-factor";
import { describeError, withoutPersons } from "../domain/requests/describe-error";
import { sessionHolder } from "../storage/accounts/live-holders";
import { addressChange } from "./email/change";
import { PASSWORD_LENGTH } from "./passwords/password-length";
import { cookiePrefix } from "./session-cookie";
import { endLive } from "./sessions/end-live";
import { afterEndpoint, beforeEndpoint, noteReset } from "./sign-in/hooks";
import type { AccountEnv } from "./sign-in/warning";

export type Auth = ReturnType<typeof createAuth>;

/** @param origin where the dashboard and the API live. Cookies and the Origin check depend on it. */
export function createAuth(env: AccountEnv, origin: string) {
  const isSecure = origin.startsWith("https://");
  return betterAuth({
    appName: "TrackKit",
    baseURL: origin,
    basePath: "/api/auth",
    secret: env.AUTH_SECRET,
    database: env.DB,
    // better-auth hashes passwords with scrypt. Under the export condition "workerd" it uses the native one of
    // node:crypto.
    emailAndPassword: {
      enabled: true,
      // setup.ts creates the first account. Later users are invited.
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
      revokeSessionsOnPasswordReset: true,
      // The hooks send the link, after the reply.
      onPasswordReset: async ({ user }, request) => noteReset(user, request),
    },
    session: {
      expiresIn: 30 * 86_400,
      updateAge: 86_400,
      additionalFields: {
        confirmedAt: { type: "date", required: false, input: false, defaultValue: () => new Date() },
      },
    },
    databaseHooks: { session: { delete: { after: ({ id }) => endLive(env, [sessionHolder(id)]) } } },
    hooks: { before: beforeEndpoint(env), after: afterEndpoint(env) },
    plugins: [
      organization({
        // Properties, keys and lake objects belong to an organization, so it cannot be deleted before them.
        disableOrganizationDeletion: true,
        // setup.ts creates the only one. The route is closed, too.
        allowUserToCreateOrganization: false,
      }),
      twoFactor({ issuer: "TrackKit" }),
      addressChange(env),
    ],
    rateLimit: {
      enabled: true,
      // In D1, because isolates do not share memory. Each counted request writes one row.
      storage: "database",
      customRules: {
        // The count restarts after a window without an attempt.
        "/sign-in/*": { window: 30, max: 10 },
        "/change-password": { window: 30, max: 10 },
        "/get-session": false,
      },
    },
    // Hashed, so that a copy of the database opens no account.
    verification: { storeIdentifier: "hashed" },
    advanced: {
      cookiePrefix: cookiePrefix(isSecure),
      // The prefix `__Host-` is part of cookiePrefix. better-auth would add `__Secure-`.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: isSecure },
      // Cloudflare overwrites this header, whatever the visitor sent. Attempts count by IPv6 /64, as in
      // http/rate-limit.ts. Set explicitly, because a default may change.
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"], ipv6Subnet: 64 },
      // Set explicitly, because better-auth would derive both from NODE_ENV.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      // Our migrations create the tables. A test compares them with better-auth's schema, so no introspection at run
      // time.
      database: { validateSchema: false },
    },
    telemetry: { enabled: false },
    // What it logs beside the message may be a request, or a row with an address.
    logger: {
      level: "error",
      log: (_, message, ...about) =>
        console.error(
          `accounts: ${withoutPersons(message)}`,
          ...about.filter((one) => one instanceof Error).map(describeError),
        ),
    },
  });
}
