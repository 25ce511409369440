// `npm run bench` on a fresh clone, where nothing has been built yet.
import { spawn } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../scripts/local/config.ts";

let folder: string;
let clone: string;

/** What `git clone` leaves out. */
const IGNORED = /^(\.git|\.trackkit|\.wrangler|bench|dist|dashboard[/\\]dist|node_modules)$/;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trackkit-clone-"));
  clone = join(folder, "clone");
  await cp(ROOT, clone, { recursive: true, filter: (path) => !IGNORED.test(relative(ROOT, path)) });
  await symlink(join(ROOT, "node_modules"), join(clone, "node_modules"), "junction");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program of the clone; resolves with what it printed. */
async function run(program: string): Promise<string> {
  const file = join(clone, "program.ts");
  await writeFile(file, program);
  const child = spawn(process.execPath, ["--no-warnings", file], { cwd: clone });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      said += data;
    });
  await new Promise((resolve) => child.once("close", resolve));
  return said;
}

test("the bench bundles and serves its smallest Worker where nothing was built before", async () => {
  const said = await run(`
    import { bundle, serve } from "./scripts/bench/runtime.ts";
    const folder = ${JSON.stringify(join(folder, "bench"))};
    const script = await bundle("scripts/bench/inside/baseline.ts", folder);
    const server = await serve({ script, state: folder, consumes: false });
    console.log((await fetch(server.url)).status);
    await server.close();
  `);
  expect(said.trim()).toBe("204");
});
