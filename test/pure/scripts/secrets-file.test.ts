// The secrets of a deployment: readable by their owner only, and gone afterwards, however it ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { withSecrets } from "../../../scripts/deploy/secrets-file.ts";

const SOURCE = new URL("../../../scripts/deploy/secrets-file.ts", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "secrets-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("are in a file while the work runs, and in none afterwards, also when it fails", () => {
  let seen = "";
  const look = (file: string | null): void => {
    seen = file!;
    expect(JSON.parse(readFileSync(file!, "utf8"))).toEqual({ AUTH_SECRET: "s" });
    expect(statSync(file!).mode & 0o777).toBe(0o600);
  };
  withSecrets({ AUTH_SECRET: "s" }, look);
  expect(existsSync(join(seen, ".."))).toBe(false);
  const failing = (file: string | null): void => {
    look(file);
    throw new Error("wrangler failed");
  };
  expect(() => withSecrets({ AUTH_SECRET: "s" }, failing)).toThrow("wrangler failed");
  expect(existsSync(join(seen, ".."))).toBe(false);
  withSecrets({}, (file) => expect(file).toBeNull());
});

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "are gone after %s to all programs of the terminal",
  async (signal) => {
    const program = `import { spawnSync } from "node:child_process";
    import { withSecrets } from ${JSON.stringify(SOURCE)};
    withSecrets({ AUTH_SECRET: "s" }, () => {
      const { status } = spawnSync("sh", ["-c", "echo running; sleep 60"], { stdio: "inherit" });
      if (status !== 0) throw new Error("wrangler failed");
    });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      detached: true,
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(child.stdout, "data");
    expect(readdirSync(folder)).toHaveLength(1);
    process.kill(-child.pid!, signal);
    await once(child, "exit");
    expect(readdirSync(folder)).toEqual([]);
  },
);
