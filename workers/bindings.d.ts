// The bindings of wrangler.toml as types; a test holds the two to each other.
declare namespace Cloudflare {
  interface Env {
    RATE_LIMIT: RateLimit;
    HUB: DurableObjectNamespace<import("../durable-objects/property-hub").PropertyHub>;
    EVENTS: Queue<unknown>;
    LAKE: R2Bucket;
    DB: D1Database;
    FLUSH_SECONDS: string;
    COLLECT_PATH: string;
    TRACKER_NAME: string;
    WORKER_URL: string;
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
