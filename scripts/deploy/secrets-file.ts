// Hands secrets to wrangler in a file that only its owner can read, and that is gone afterwards, also after Ctrl-C.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The signals that would end the program before it has deleted the file. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @param work gets the file's path; null when there are no secrets. It must run its programs synchronously. */
export function withSecrets(secrets: Record<string, string>, work: (file: string | null) => void): void {
  if (Object.keys(secrets).length === 0) {
    work(null);
    return;
  }
  // The terminal sends the signal to wrangler too, which ends; then `work` throws. Without a listener this program would end
  // at once, and the file would stay.
  const wait = (): void => {};
  for (const signal of ENDING) process.on(signal, wait);
  const folder = mkdtempSync(join(tmpdir(), "trackkit-"));
  try {
    const file = join(folder, "secrets.json");
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    work(file);
  } finally {
    rmSync(folder, { recursive: true });
    for (const signal of ENDING) process.off(signal, wait);
  }
}
