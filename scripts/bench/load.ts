// Load over loopback: prepared requests on open connections. It does as little work as possible, because it runs on the
// measured machine.
import { connect, type Socket } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

/** One connection: a request, then its answer, then the next. */
class Connection {
  /** False after the server has closed it, which happens after five idle seconds. */
  isOpen = true;
  private readonly socket: Socket;
  private pending: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null;
  private received: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (data) => this.take(data));
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => this.fail(new Error("connection was closed")));
  }

  private fail(error: Error): void {
    this.isOpen = false;
    this.pending?.reject(error);
    this.pending = null;
  }

  private take(data: Buffer): void {
    this.received = this.received.length > 0 ? Buffer.concat([this.received, data]) : data;
    const end = this.received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.received.toString("latin1", 0, end);
    const status = Number(head.slice(9, 12));
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    const rest = this.received.subarray(end + 4);
    const isWhole =
      length === undefined
        ? status === 204 || rest.subarray(-5).toString("latin1") === "0\r\n\r\n"
        : rest.length >= Number(length);
    if (!isWhole) return;
    this.received = Buffer.alloc(0);
    const { pending } = this;
    this.pending = null;
    pending?.resolve(status);
  }

  /** Resolves with the status. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.pending = null;
    this.socket.destroy();
  }
}

function open(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => resolve(new Connection(socket)));
    socket.once("error", reject);
  });
}

export interface Load {
  /** Answers by status. */
  statuses: Record<number, number>;
  /** Answers per second. */
  rate: number;
  /** Milliseconds until the answer, sorted. */
  latencies: number[];
}

/** Records and sums up answers. */
function startRecord() {
  const start = performance.now();
  const statuses: Record<number, number> = {};
  const latencies: number[] = [];
  return {
    note(status: number, latency: number): void {
      statuses[status] = (statuses[status] ?? 0) + 1;
      latencies.push(latency);
    },
    toLoad(): Load {
      const rate = (latencies.length * 1_000) / (performance.now() - start);
      return { statuses, rate, latencies: latencies.sort((a, b) => a - b) };
    },
  };
}

/** A number of connections. Each sends its next request as soon as it has the answer. */
export async function loadClosed(
  port: number,
  requests: Iterator<Buffer>,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const pool = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const record = startRecord();
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    pool.map(async (connection) => {
      for (let now = performance.now(); now < end; ) {
        const next = requests.next();
        if (next.done) return;
        const status = await connection.send(next.value);
        const answered = performance.now();
        record.note(status, answered - now);
        now = answered;
      }
    }),
  );
  const load = record.toLoad();
  for (const connection of pool) connection.close();
  return load;
}

/** A number of requests per second at random times, independent of earlier answers. */
export async function loadPaced(
  port: number,
  requests: Iterator<Buffer>,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Load> {
  const idle: Connection[] = [];
  const record = startRecord();
  const under: Promise<void>[] = [];
  async function send(request: Buffer): Promise<void> {
    const sent = performance.now();
    for (;;) {
      const known = idle.pop();
      if (known && !known.isOpen) continue;
      const connection = known ?? (await open(port));
      try {
        record.note(await connection.send(request), performance.now() - sent);
        idle.push(connection);
        return;
      } catch (error) {
        // The server may have closed the connection during the request. It does not close a new one.
        if (!known) throw error;
      }
    }
  }
  const start = performance.now();
  for (let due = 0; due < seconds * 1_000; ) {
    for (const now = performance.now() - start; due <= now; due += (-Math.log(1 - Math.random()) * 1_000) / perSecond) {
      const next = requests.next();
      if (next.done) throw new Error("requests have come to an end");
      under.push(send(next.value));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - (performance.now() - start))));
  }
  await Promise.all(under);
  const load = record.toLoad();
  for (const connection of idle) connection.close();
  return load;
}

/** The value below which this share of sorted values lies. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export const median = (values: readonly number[]): number =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
