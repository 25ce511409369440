// Three rings: pure (milliseconds), rooms (real bindings in workerd), browser (whole system, real Chromium).
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "pure", include: ["test/pure/**/*.test.ts"], environment: "node" } },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                AUTH_SECRET: "rooms-rooms-rooms-rooms-rooms-rooms",
                SETUP_TOKEN: "rooms-setup-token",
                // Tests say when a hub flushes: an alarm on a slow machine would send what a test still looks for.
                FLUSH_SECONDS: "3600",
                ...(process.env.FAULT_SEED ? { FAULT_SEED: process.env.FAULT_SEED } : {}),
                ...(process.env.FAULT_ROUNDS ? { FAULT_ROUNDS: process.env.FAULT_ROUNDS } : {}),
                MIGRATIONS: await readD1Migrations("./migrations"),
              },
            },
          })),
        ],
        test: {
          name: "rooms",
          include: ["test/rooms/**/*.test.ts"],
          // Started at once and idle but for the test of enrichment.
          globalSetup: ["test/provider/server.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          environment: "node",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
