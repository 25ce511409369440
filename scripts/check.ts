// All checks that do not run the code: format, lint, types, generated bindings.
import { spawnSync } from "node:child_process";

const steps: [string, string[]][] = [
  ["biome", ["check", "."]],
  ["tsc", ["-p", "workers/domain"]],
  ["tsc", ["-p", "."]],
  ["tsc", ["-p", "test/pure"]],
  ["tsc", ["-p", "tracker"]],
  ["tsc", ["-p", "dashboard"]],
  ["tsc", ["-p", "dashboard/functions"]],
  ["tsc", ["-p", "scripts"]],
];

let failed = false;
for (const [tool, args] of steps) {
  const { status } = spawnSync(tool, args, { stdio: "inherit", env: { ...process.env, NODE_OPTIONS: "" } });
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${tool} ${args.join(" ")}`);
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
