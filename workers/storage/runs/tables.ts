// The D1 tables of the pipeline. Those that stations share with collect and stats are in storage/properties/tables.ts. WITHOUT ROWID is added
// to the migrations by hand.
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { AnomalyRecord } from "../../domain/anomalies/record";
import type { MailContent } from "../../domain/mail/mail";
import type { PropertySettings } from "../../domain/properties/settings";
import type { RunKind, RunReport, RunStatus, RunStep, RunTrigger } from "../../domain/runs/run";

/** How far each dataset of a property has been processed: the last `lake_files.id` (of the raw zone). */
export const watermarks = sqliteTable(
  "watermarks",
  {
    site_id: text().notNull(),
    dataset: text().notNull(),
    /** Moved only by compare-and-set: a statement that finds another position writes NULL here, which fails its batch. */
    position: integer().notNull(),
    moved_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.dataset] })],
);

/** What a Workflow did: a run of the pipeline over all properties, or a task of maintenance. `id` is the instance's. */
export const pipelineRuns = sqliteTable(
  "pipeline_runs",
  {
    id: text().primaryKey(),
    kind: text().$type<RunKind>().notNull(),
    /** Null where it is about all properties. */
    site_id: text(),
    trigger: text().$type<RunTrigger>().notNull(),
    status: text().$type<RunStatus>().notNull(),
    started_at: integer().notNull(),
    ended_at: integer(),
    files: integer().notNull().default(0),
    rows: integer().notNull().default(0),
    steps: text({ mode: "json" }).$type<Record<string, RunStep>>().notNull().default({}),
    report: text({ mode: "json" }).$type<RunReport>(),
    error: text(),
  },
  (t) => [
    index("pipeline_runs_by_start").on(t.started_at),
    // The lock: one run of the pipeline at a time.
    uniqueIndex("pipeline_runs_going").on(t.kind).where(sql`status = 'running' AND kind = 'run'`),
  ],
);

/** What a run did for one property: written in the batch that moves the property's watermark. */
export const pipelineRunProperties = sqliteTable(
  "pipeline_run_properties",
  {
    site_id: text().notNull(),
    run_id: text().notNull(),
    started_at: integer().notNull(),
    ended_at: integer().notNull(),
    files: integer().notNull(),
    rows: integer().notNull(),
    report: text({ mode: "json" }).$type<RunReport>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.run_id] })],
);

/**
 * Objects to be deleted from the lake at a time. Whoever is going to write objects announces them here first, and takes
 * them back in the batch that lists them: what a crash leaves behind is found. What is superseded is put here by the swap.
 */
export const lakeGarbage = sqliteTable(
  "lake_garbage",
  { key: text().primaryKey(), site_id: text().notNull(), delete_at: integer().notNull() },
  (t) => [index("lake_garbage_by_time").on(t.delete_at)],
);

/**
 * The technology cube: counts by local day and combination. `firsts` is the mask of the dimensions of the cube of which
 * this was the visitor's first event of the day with this value (domain/counts/techstack.ts says how visitors add up).
 */
export const techstackDays = sqliteTable(
  "techstack_days",
  {
    site_id: text().notNull(),
    day: text().notNull(),
    browser: text().notNull(),
    browser_version: text().notNull(),
    os: text().notNull(),
    os_version: text().notNull(),
    device: text().notNull(),
    screen: text().notNull(),
    firsts: integer().notNull(),
    visitors: integer().notNull(),
    visits: integer().notNull(),
    bounces: integer().notNull(),
    duration: integer().notNull(),
    pageviews: integer().notNull(),
    events: integer().notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.site_id, t.day, t.browser, t.browser_version, t.os, t.os_version, t.device, t.screen, t.firsts],
    }),
  ],
);

/** Organizations from which a property was visited: what is known of them. Their counts are rollups of `network`. */
export const networks = sqliteTable(
  "networks",
  {
    site_id: text().notNull(),
    network: text().notNull(),
    network_type: text().notNull(),
    asn: integer(),
    country: text(),
    region: text(),
    city: text(),
    first_seen: integer().notNull(),
    last_seen: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.network] })],
);

/** What a provider said of a network (CIDR), until it expires. */
export const ipNetworks = sqliteTable(
  "ip_networks",
  {
    provider: text().notNull(),
    prefix: text().notNull(),
    network: text(),
    network_type: text().notNull(),
    asn: integer(),
    country: text(),
    region: text(),
    city: text(),
    fetched_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.prefix] })],
);

/** Calls of a provider by UTC day. */
export const providerCalls = sqliteTable(
  "provider_calls",
  { provider: text().notNull(), day: text().notNull(), calls: integer().notNull() },
  (t) => [primaryKey({ columns: [t.provider, t.day] })],
);

/** What the owner set beside the property itself: retention, alerts, reports. Absent: the standard. */
export const propertySettings = sqliteTable("property_settings", {
  site_id: text().primaryKey(),
  settings: text({ mode: "json" }).$type<PropertySettings>().notNull(),
});

export const anomalies = sqliteTable(
  "anomalies",
  {
    site_id: text().notNull(),
    id: text().notNull(),
    started_at: integer().notNull(),
    updated_at: integer().notNull(),
    record: text({ mode: "json" }).$type<AnomalyRecord>().notNull(),
    /** Set when the owner has seen it and wants it out of the way. */
    dismissed_at: integer(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.id] })],
);

/** The outbox. A mail's id says what it is about, so that nothing is told twice; its Message-ID is made from it. */
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
    /** When it was last tried. */
    tried_at: integer(),
    sent_at: integer(),
    error: text(),
  },
  (t) => [index("mails_by_property").on(t.site_id, t.created_at), index("mails_by_status").on(t.status)],
);

/** Who does not want a kind of mail any more. */
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
