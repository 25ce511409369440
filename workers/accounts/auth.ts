// Configures better-auth for this Worker: email and password, cookie sessions, organizations. Only `authFor` loads it.
import { betterAuth } from "better-auth";
import { organization } from "better-auth/plugins/organization";
import { isOwnerSomewhere } from "./memberships";
import { PASSWORD_LENGTH } from "./password-length";
import { COOKIE_PREFIX } from "./session-cookie";

export type Auth = ReturnType<typeof createAuth>;

/** @param origin where the dashboard and the API live. Cookies and the Origin check depend on it. */
export function createAuth(env: Pick<Cloudflare.Env, "DB" | "AUTH_SECRET">, origin: string) {
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
    },
    session: { expiresIn: 30 * 86_400, updateAge: 86_400 },
    plugins: [
      organization({
        // Properties, keys and lake objects belong to an organization, so it cannot be deleted before them.
        disableOrganizationDeletion: true,
        allowUserToCreateOrganization: (user) => isOwnerSomewhere(env.DB, user.id),
      }),
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
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
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
    logger: { level: "error" },
  });
}
