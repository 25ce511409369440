// The D1 tables of accounts: those of better-auth 1.7 and its organization plugin, under the names that it expects. It
// stores times as ISO text and booleans as 0 or 1. A test compares the columns with the schema of the installed
// better-auth.
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const users = sqliteTable("user", {
  id: text().primaryKey(),
  name: text().notNull(),
  /** Lower case, because better-auth looks it up that way. */
  email: text().notNull().unique(),
  emailVerified: integer({ mode: "boolean" }).notNull(),
  image: text(),
  createdAt: text().notNull(),
  updatedAt: text().notNull(),
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
