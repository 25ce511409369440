// The bindings of wrangler.toml as types; a test holds the two to each other.
declare namespace Cloudflare {
  interface Env {
    RATE_LIMIT: RateLimit;
    HUB: DurableObjectNamespace<import("../durable-objects/property-hub").PropertyHub>;
    ANALYST: DurableObjectNamespace<import("../durable-objects/analyst/analyst").Analyst>;
    CRON_WATCH: DurableObjectNamespace<import("./cron-watch").CronWatch>;
    EVENTS: Queue<unknown>;
    LAKE: R2Bucket;
    PIPELINE: Workflow<import("./domain/runs/run-params").RunParams>;
    ENRICHMENT: Workflow<import("./domain/runs/run-params").EnrichmentParams>;
    MAINTENANCE: Workflow<import("./domain/runs/run-params").TaskParams>;
    MAIL: SendEmail;
    DB: D1Database;
    FLUSH_SECONDS: string;
    RESEND_SECONDS: string;
    COLLECT_PATH: string;
    TRACKER_NAME: string;
    WORKER_URL: string;
    DASHBOARD_URL: string;
    MAIL_FROM: string;
    PIPELINE_MINUTES: string;
    CRON_PATIENCE_MINUTES: string;
    IP_PROVIDER: string;
    IP_PROVIDER_URL: string;
    IP_PROVIDER_FIELDS: string;
    IP_PROVIDER_BUDGET: string;
    IP_PROVIDER_FILE: string;
    IP_PROVIDER_HEADER?: string;
    AUTH_SECRET: string;
    /** Absent once the owner has removed it after the first account was made. */
    SETUP_TOKEN?: string;
  }
}

declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./index");
    durableNamespaces: "PropertyHub";
  }
}
