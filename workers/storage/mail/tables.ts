// The D1 tables of mail. WITHOUT ROWID is added to the migrations by hand.
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { MailContent } from "../../domain/mail/mail";

/** The outbox. A mail's id contains its topic, so that no topic is sent twice; its Message-ID is derived from it. */
export const mails = sqliteTable(
  "mails",
  {
    id: text().primaryKey(),
    site_id: text(),
    channel: text().$type<"mail" | "webhook">().notNull(),
    kind: text().notNull(),
    recipient: text().notNull(),
    content: text({ mode: "json" }).$type<MailContent>().notNull(),
    status: text().$type<"queued" | "sending" | "sent" | "failed">().notNull(),
    attempts: integer().notNull().default(0),
    created_at: integer().notNull(),
    /** Last attempt. */
    tried_at: integer(),
    sent_at: integer(),
    error: text(),
  },
  (t) => [index("mails_by_property").on(t.site_id, t.created_at), index("mails_by_status").on(t.status)],
);

/** Recipients who have unsubscribed from a kind of mail. */
export const mailOptouts = sqliteTable(
  "mail_optouts",
  {
    site_id: text().notNull(),
    kind: text().notNull(),
    recipient: text().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.kind, t.recipient] })],
);
