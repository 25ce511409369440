// Ports of this machine: whether one is free, and any that is.
import { createServer } from "node:net";

function listen(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });
}

/** @throws Error that names the setting with which another port can be chosen. */
export async function requireFree(port: number, setting: string): Promise<void> {
  try {
    await listen(port);
  } catch {
    throw new Error(`Port ${port} is taken. Stop what listens there, or choose another with ${setting}=<port>.`);
  }
}

export const freePort = (): Promise<number> => listen(0);
