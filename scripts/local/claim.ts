// One system per state folder: a second one would write into the same database, and rewrite what the first one serves.
import { createHash } from "node:crypto";
import { realpathSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Only these systems keep a socket as a file, which a process that is killed leaves behind. */
const isFile = !["linux", "win32"].includes(process.platform);

/** A socket is answered as long as its process lives, so a crash leaves no claim. 104 bytes are the limit of a path. */
function socketOf(state: string): string {
  const name = `trackkit-${createHash("sha256").update(realpathSync(state)).digest("hex").slice(0, 16)}`;
  if (isFile) return join(tmpdir(), `${name}.sock`);
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : `\0${name}`;
}

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });

const listenOn = (path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(path, () => {
      server.unref();
      resolve();
    });
  });

/** Takes an existing state folder for this process, until it ends. @throws Error when another process has it. */
export async function claimState(state: string): Promise<void> {
  const path = socketOf(state);
  if (await isAnswered(path))
    throw new Error(
      `${state} is in use by a running system. Stop it, or choose another folder with TRACKKIT_STATE=<folder>.`,
    );
  if (isFile) rmSync(path, { force: true });
  await listenOn(path);
}
