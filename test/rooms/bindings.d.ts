// What the runtime of the tests has beside wrangler.toml: the bindings of vitest.config.ts and the Worker itself.
declare namespace Cloudflare {
  interface Env {
    MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
  interface GlobalProps {
    mainModule: typeof import("../../workers/index");
  }
}
