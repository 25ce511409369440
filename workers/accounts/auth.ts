// better-auth, set up for this Worker: email and password, sessions in a cookie, organizations. Loaded by `authFor` only.
import { betterAuth } from "better-auth";
import { organization } from "better-auth/plugins/organization";
import { isOwnerSomewhere } from "./memberships";
import { PASSWORD_LENGTH } from "./password-length";
import { COOKIE_PREFIX } from "./session-cookie";

export type Auth = ReturnType<typeof createAuth>;

/** @param origin where the dashboard and the API live: cookies and the check of Origin depend on it. */
export function createAuth(env: Pick<Cloudflare.Env, "DB" | "AUTH_SECRET">, origin: string) {
  return betterAuth({
    appName: "TrackKit",
    baseURL: origin,
    basePath: "/api/auth",
    secret: env.AUTH_SECRET,
    database: env.DB,
    // Passwords are hashed with scrypt; under the export condition "workerd" that is node:crypto's native one.
    emailAndPassword: {
      enabled: true,
      // The first account is made by setup.ts; whoever comes later is invited.
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
    },
    session: { expiresIn: 30 * 86_400, updateAge: 86_400 },
    plugins: [
      organization({
        // Properties, keys and lake objects hang on an organization: it goes when they have gone.
        disableOrganizationDeletion: true,
        allowUserToCreateOrganization: (user) => isOwnerSomewhere(env.DB, user.id),
      }),
    ],
    rateLimit: {
      enabled: true,
      // In D1, because isolates do not see one another's memory. One row is written per request that is counted.
      storage: "database",
      customRules: {
        // The count begins again after a window without an attempt.
        "/sign-in/*": { window: 30, max: 10 },
        "/change-password": { window: 30, max: 10 },
        "/get-session": false,
      },
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      // Cloudflare sets this header itself, whatever the visitor sent.
      // It counts attempts by IPv6 /64 as http/rate-limit.ts does; said aloud, because a default may change.
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"], ipv6Subnet: 64 },
      // Said aloud, because better-auth would take both from NODE_ENV.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      // The tables come from our migrations and are held to its schema by a test, not by introspection at run time.
      database: { validateSchema: false },
    },
    telemetry: { enabled: false },
    logger: { level: "error" },
  });
}
