// What the runtime of the tests has beside wrangler.toml: the bindings of vitest.config.ts and the Worker itself.
declare namespace Cloudflare {
  interface Env {
    MIGRATIONS: import("cloudflare:test").D1Migration[];
    /** How long and by which chance the fault test runs. */
    FAULT_SEED: string;
    FAULT_ROUNDS?: string;
    /** How many requests the fuzz sends. */
    FUZZ_REQUESTS?: string;
  }
  interface GlobalProps {
    mainModule: typeof import("../../workers/index");
  }
}

/** The text of a file of the checkout, which the runtime itself cannot open. */
declare module "*?raw" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: Vite exports the text so.
  export default text;
}
