// The packages that the Worker imports, for the runtime of the rooms: bundled beforehand, each is a few modules instead of
// the hundreds that it consists of, and every runtime loads its modules one by one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const IMPORT = /(?:from|import\() ?"((?:@[\w-]+\/)?[\w-][\w.-]*(?:\/[\w./-]+)?)"/g;

/** Names of packages, with their paths, that the TypeScript files of these folders import. Vitest's own are left out. */
export function importedPackages(folders: readonly string[]): string[] {
  const names = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(IMPORT)].map(([, name]) => name!)),
  );
  return [...new Set(names)].filter((name) => !/^(@cloudflare|vitest)\b/.test(name)).sort();
}
