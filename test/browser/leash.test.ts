// The leash of the local system's children: they end when the process that started them has ended, in whatever way.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/local/config.ts";
import { canSeeProcesses, livingIn } from "./process-group.ts";
import { until } from "./system.ts";

/** A child whose only thread is blocked for good, with a child of its own. */
const BLOCKED = `
  require("node:child_process").spawn("sleep", ["600"]);
  console.log("blocked");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
`;

/** Starts the child in a group of its own, prints its id, and ends at the given moment. */
const parent = (end: "at once" | "when the child is blocked"): string => `
  import { spawn } from "node:child_process";
  import { leashed } from ${JSON.stringify(join(ROOT, "scripts/local/process.ts"))};
  const child = spawn(process.execPath, [...leashed.flags, "-e", ${JSON.stringify(BLOCKED)}], {
    detached: true,
    env: { ...process.env, ...leashed.env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const end = () => process.kill(process.pid, "SIGKILL");
  process.stdout.write(String(child.pid), ${end === "at once" ? "end" : '() => child.stdout.once("data", end)'});
`;

test.runIf(canSeeProcesses).each(["at once", "when the child is blocked"] as const)(
  "a blocked child and its own child end after a parent that was killed %s",
  async (end) => {
    const program = spawn(process.execPath, ["--no-warnings", "--input-type=module-typescript", "-e", parent(end)]);
    let said = "";
    program.stdout.on("data", (data) => {
      said += data;
    });
    await new Promise((resolve) => program.once("exit", resolve));
    const group = Number(said);
    expect(group).toBeGreaterThan(1);
    await until(
      () => livingIn([group]),
      (left) => left.length === 0,
    );
  },
);
