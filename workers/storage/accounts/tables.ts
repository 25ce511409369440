// The D1 tables of accounts: those of better-auth 1.7 and its plugins, under the names that it expects, and our own. It
// stores times as ISO text and booleans as 0 or 1. A test compares the columns with the schema of the installed
// better-auth.
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AuditDetails } from "../../domain/properties/audit";

export const users = sqliteTable("user", {
  id: text().primaryKey(),
  name: text().notNull(),
  /** Lower case, because better-auth looks it up that way. */
  email: text().notNull().unique(),
  emailVerified: integer({ mode: "boolean" }).notNull(),
  image: text(),
  createdAt: text().notNull(),
  updatedAt: text().notNull(),
  twoFactorEnabled: integer({ mode: "boolean" }),
});

const userId = () =>
  text()
    .notNull()
    .references(() => users.id, { onDelete: "cascade" });

export const sessions = sqliteTable(
  "session",
  {
    id: text().primaryKey(),
    expiresAt: text().notNull(),
    token: text().notNull().unique(),
    createdAt: text().notNull(),
    updatedAt: text().notNull(),
    ipAddress: text(),
    userAgent: text(),
    userId: userId(),
    activeOrganizationId: text(),
    /** When the password was last checked in this session. Null in sessions that are older than the column. */
    confirmedAt: text(),
  },
  (t) => [index("session_by_user").on(t.userId)],
);

/** How a user signs in: for email and password, `providerId` is `credential` and `accountId` the user's id. */
export const accounts = sqliteTable(
  "account",
  {
    id: text().primaryKey(),
    accountId: text().notNull(),
    providerId: text().notNull(),
    userId: userId(),
    accessToken: text(),
    refreshToken: text(),
    idToken: text(),
    accessTokenExpiresAt: text(),
    refreshTokenExpiresAt: text(),
    scope: text(),
    password: text(),
    createdAt: text().notNull(),
    updatedAt: text().notNull(),
  },
  (t) => [index("account_by_user").on(t.userId)],
);

export const verifications = sqliteTable(
  "verification",
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: text().notNull(),
    createdAt: text().notNull(),
    updatedAt: text().notNull(),
  },
  (t) => [index("verification_by_identifier").on(t.identifier)],
);

/** The second factor of a user. The secret and the recovery codes are encrypted with AUTH_SECRET. */
export const twoFactors = sqliteTable(
  "twoFactor",
  {
    id: text().primaryKey(),
    secret: text().notNull(),
    backupCodes: text().notNull(),
    userId: userId(),
    verified: integer({ mode: "boolean" }),
    failedVerificationCount: integer(),
    lockedUntil: text(),
  },
  (t) => [index("two_factor_by_user").on(t.userId)],
);

export const organizations = sqliteTable("organization", {
  id: text().primaryKey(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  logo: text(),
  createdAt: text().notNull(),
  metadata: text(),
});

const organizationId = () =>
  text()
    .notNull()
    .references(() => organizations.id, { onDelete: "cascade" });

export const members = sqliteTable(
  "member",
  {
    id: text().primaryKey(),
    organizationId: organizationId(),
    userId: userId(),
    role: text().notNull(),
    createdAt: text().notNull(),
  },
  (t) => [index("member_by_organization").on(t.organizationId), index("member_by_user").on(t.userId)],
);

export const invitations = sqliteTable(
  "invitation",
  {
    id: text().primaryKey(),
    organizationId: organizationId(),
    email: text().notNull(),
    role: text(),
    status: text().notNull(),
    expiresAt: text().notNull(),
    createdAt: text().notNull(),
    inviterId: userId(),
  },
  (t) => [index("invitation_by_organization").on(t.organizationId), index("invitation_by_email").on(t.email)],
);

/** Sign-in attempts by address. An isolate's memory would not see the attempts in other isolates. */
export const rateLimits = sqliteTable("rateLimit", {
  id: text().primaryKey(),
  key: text().notNull().unique(),
  count: integer().notNull(),
  lastRequest: integer().notNull(),
});

/** Failed sign-ins by account, from all networks. */
export const signInAttempts = sqliteTable("sign_in_attempts", {
  /** A hash of the email address, so that the table lists no addresses. */
  key: text().primaryKey(),
  /** The time (ms) at which the account has all its attempts again. */
  full_at: integer().notNull(),
  /** Failures since `since`, for the mail to the owner. */
  failures: integer().notNull(),
  since: integer().notNull(),
});

/**
 * Which properties a session or a key has watched live today, so that its sockets can be closed when it ends. A row
 * belongs to the session or key, not to the property, and is deleted after a day.
 */
export const liveHolders = sqliteTable(
  "live_holders",
  {
    /** `session:` or `key:`, and the id. */
    holder: text().notNull(),
    property_id: text().notNull(),
    opened_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.holder, t.property_id] })],
);

/** What the members and keys of an organization changed. Rows are deleted after a year. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text().primaryKey(),
    organization_id: text().notNull(),
    at: integer().notNull(),
    actor_kind: text().$type<"user" | "key">().notNull(),
    actor_id: text().notNull(),
    /** The name at the time: users and keys may be deleted later. */
    actor: text().notNull(),
    action: text().notNull(),
    property_id: text(),
    target: text(),
    /** The truncated network of the request. */
    network: text(),
    details: text({ mode: "json" }).$type<AuditDetails>().notNull(),
  },
  (t) => [index("audit_log_by_organization").on(t.organization_id, t.at)],
);
