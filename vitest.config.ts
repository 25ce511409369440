// Three rings: pure (milliseconds), rooms (real bindings in workerd), browser (whole system, real Chromium). The last is
// three projects, chosen together with `--project "browser*"`. The rings run one after another.
import { existsSync, statfsSync } from "node:fs";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { Conspicuous } from "./test/conspicuous.ts";
import { importedPackages } from "./test/imported-packages.ts";
import { LongestFirst } from "./test/longest-first.ts";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";
// Faults fall differently in each run, so that many short runs explore more than one long run. The tests print the seed.
const FAULT_SEED = process.env.FAULT_SEED ?? `${Math.floor(Math.random() * 2 ** 31)}`;
process.env.FAULT_SEED = FAULT_SEED;

/**
 * Databases of the tests lie in memory where there is room for them: SQLite waits for the disk at each commit, and half of
 * the time of the rooms was such waiting. What a test kills is a process, never the machine.
 */
const MEMORY = "/dev/shm";
const ROOM_BYTES = 4e9;
if (existsSync(MEMORY)) {
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize > ROOM_BYTES) process.env.TMPDIR ??= MEMORY;
}

/** Three files at a time on two cores: they wait for pauses and replies about as much as they work. */
const BROWSER = {
  environment: "node",
  maxWorkers: 3,
  testTimeout: 300_000,
  hookTimeout: 300_000,
  sequence: { groupOrder: 1 },
} as const;

/** Tests of the programs that run from the checkout itself, and build it. */
const PROGRAMS = ["start", "leash", "bench", "kill"].map((name) => `test/browser/${name}.test.ts`);

export default defineConfig({
  test: {
    reporters: ["default", new Conspicuous()],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // In Node Solid would resolve to what renders on a server, where no effect ever runs.
        resolve: { alias: { "solid-js": "solid-js/dist/solid.js" } },
        test: {
          name: "pure",
          include: ["test/pure/**/*.test.ts"],
          environment: "node",
          testTimeout: 300_000,
          maxWorkers: "100%",
          isolate: false,
        },
      },
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
                // Tests set the clock: an alarm at a time long past would start the pipeline in the middle of one.
                CRON_PATIENCE_MINUTES: "0",
                FAULT_SEED,
                ...(process.env.FUZZ_REQUESTS ? { FUZZ_REQUESTS: process.env.FUZZ_REQUESTS } : {}),
                ...(process.env.FAULT_ROUNDS ? { FAULT_ROUNDS: process.env.FAULT_ROUNDS } : {}),
                MIGRATIONS: await readD1Migrations("./migrations"),
              },
            },
          })),
        ],
        test: {
          name: "rooms",
          deps: {
            optimizer: {
              ssr: {
                enabled: true,
                include: importedPackages(["workers", "durable-objects", "test/rooms"]),
                rolldownOptions: { external: [/^(node|cloudflare):/] },
              },
            },
          },
          include: ["test/rooms/**/*.test.ts"],
          // Started at once and idle but for the test of enrichment.
          globalSetup: ["test/provider/server.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: "100%",
          // Files share a runtime: starting one and loading the Worker into it costs more than most files' tests.
          isolate: false,
        },
      },
      {
        test: {
          ...BROWSER,
          name: "browser",
          // A screen may wait too long for a busy machine. What passed only then is listed at the end; no other ring has this:
          // there a second run would hide a race or an unlucky seed.
          retry: 1,
          include: ["test/browser/**/*.test.ts"],
          exclude: ["test/browser/tracker-*.test.ts", ...PROGRAMS],
          globalSetup: ["test/browser/shared-system.ts", "test/browser/shared-chromium.ts"],
        },
      },
      {
        test: {
          ...BROWSER,
          name: "browser-start",
          include: PROGRAMS,
        },
      },
      {
        test: {
          ...BROWSER,
          name: "browser-tracker",
          include: ["test/browser/tracker-*.test.ts"],
          globalSetup: ["test/browser/prepared-tracker.ts", "test/browser/shared-chromium.ts"],
        },
      },
    ],
  },
});
