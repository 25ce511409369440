// Ports of this machine: whether one is free, and reserving one for later.
import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

function listen(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve()));
  });
}

export const isFree = (port: number): Promise<boolean> =>
  listen(port).then(
    () => true,
    () => false,
  );

/** @throws Error that names the setting with which another port can be chosen. */
export async function requireFree(port: number, setting: string): Promise<void> {
  if (!(await isFree(port)))
    throw new Error(`Port ${port} is taken. Stop what listens there, or choose another with ${setting}=<port>.`);
}

/** Below the ports that operating systems give to outgoing connections, so that none of those can take a reserved one. */
const RANGE = [20_000, 32_000] as const;
const ATTEMPTS = 200;
const RESERVATIONS = join(tmpdir(), "trackkit-ports");

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Claims a port among all processes that reserve ports this way. Claims of processes that have ended are void. */
function claim(port: number): boolean {
  const folder = join(RESERVATIONS, `${port}`);
  const owner = join(folder, "pid");
  try {
    mkdirSync(RESERVATIONS, { recursive: true });
    mkdirSync(folder);
  } catch {
    try {
      if (isRunning(Number(readFileSync(owner, "utf8")))) return false;
      rmSync(folder, { recursive: true });
    } catch {
      // Another process is claiming or releasing it just now.
    }
    return false;
  }
  writeFileSync(owner, `${process.pid}`);
  return true;
}

const mine = new Set<number>();
process.on("exit", () => {
  for (const port of mine) rmSync(join(RESERVATIONS, `${port}`), { recursive: true, force: true });
});

/**
 * A free port that stays reserved for this process until it ends, also while nothing listens on it: a system that is
 * stopped and started again finds its port.
 */
export async function reservePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(...RANGE);
    if (!claim(port)) continue;
    mine.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`Ports ${RANGE[0]} to ${RANGE[1]} are all taken.`);
}
