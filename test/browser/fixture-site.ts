// Small web servers for the browser tests: a site with the pages a test gives it, and a collector that keeps what comes.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import type { Beacon, BeaconReply, Hit } from "../../workers/domain/events/beacon.ts";

/** The HTML of a page, or all of its answer. */
export type Page =
  | string
  | { body: string | Uint8Array; type?: string; status?: number; headers?: Record<string, string> };

interface Server {
  origin: string;
  close(): Promise<void>;
}

export interface Site extends Server {
  /** The pages by path; a test may add some while the site is open. */
  pages: Record<string, Page>;
  /** Address of a path. */
  at(path: string): string;
}

export interface Arrived extends Hit {
  /** What the beacon said of all its hits. */
  beacon: Beacon;
}

export interface Collector extends Server {
  /** Address of the tracker. */
  script: string;
  /** Each POST in the order of arrival, with the path it came to and its headers. */
  requests: { path: string; headers: IncomingMessage["headers"]; beacon: Beacon }[];
  /** Every hit in the order of arrival. */
  hits: Arrived[];
  /** What pages sent to ask for the token of their visit, and the token that they get. */
  visits: unknown[];
  token: string | null;
  /** What the next beacons are told. */
  reply: BeaconReply;
  forget(): void;
  /** Waits until at least so many hits have come. */
  arrived(count: number): Promise<Arrived[]>;
}

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A site of these pages. A path it does not have is 404; the query and the method do not matter. */
export async function openSite(pages: Record<string, Page> = {}): Promise<Site> {
  const server = await listen((request, response) => {
    const page = pages[new URL(request.url ?? "/", "http://site").pathname];
    const {
      body,
      type = "text/html; charset=utf-8",
      status = 200,
      headers = {},
    } = typeof page === "string" ? { body: page } : (page ?? { body: "Not found", status: 404 });
    response.writeHead(status, { "content-type": type, ...headers }).end(body);
  });
  return { ...server, pages, at: (path) => server.origin + path };
}

/** The script or one of its chunks, which marks the page's timeline when it runs: a test can wait for that. */
function readScript(folder: string, name: string): string | null {
  const path = join(folder, basename(name));
  if (!existsSync(path)) return null;
  const code = readFileSync(path, "utf8");
  return code.replace(/export\{(\S+) as default\};?\s*$/, (_, chunk: string) => {
    const mark = JSON.stringify(basename(name, ".js"));
    return `export default kit=>{${chunk}(kit);performance.mark(${mark})}`;
  });
}

/** As collect replies: `on` names every chunk. */
function completed(reply: BeaconReply): BeaconReply {
  if (!reply?.on) return reply;
  const more = [reply.rules?.length ? "rules" : [], reply.store ? "identity" : []].flat();
  return { ...reply, on: [...new Set([...reply.on, ...more])] };
}

/** Serves the tracker and keeps its beacons, on an origin that is not the site's: as in real life, CORS applies. */
export async function openCollector(scriptPath: string): Promise<Collector> {
  const requests: Collector["requests"] = [];
  const hits: Arrived[] = [];
  const visits: unknown[] = [];
  const collector: Pick<Collector, "requests" | "hits" | "reply" | "visits" | "token"> = {
    requests,
    hits,
    visits,
    token: "token",
    reply: { off: [], on: [] },
  };

  async function collect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    const beacon = JSON.parse(body) as Beacon;
    if ("visit" in beacon) {
      collector.visits.push(beacon);
      response.writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" });
      response.end(JSON.stringify({ visit: collector.token }));
      return;
    }
    requests.push({ path: request.url ?? "", headers: request.headers, beacon });
    hits.push(...beacon.h.map((hit) => ({ ...hit, beacon })));
    response
      .writeHead(202, { "content-type": "application/json", "access-control-allow-origin": "*" })
      .end(JSON.stringify(completed(collector.reply)));
  }

  const server = await listen((request, response) => {
    if (request.method === "POST") void collect(request, response);
    // A preflight would cost every page view a second request: it is answered with no, so a test would see it.
    else if (request.method === "OPTIONS") response.writeHead(405).end();
    else {
      const code = readScript(dirname(scriptPath), new URL(request.url ?? "/", "http://collector").pathname);
      const headers = { "content-type": "text/javascript", "access-control-allow-origin": "*" };
      response.writeHead(code === null ? 404 : 200, headers).end(code ?? "");
    }
  });
  return Object.assign(collector, server, {
    script: `${server.origin}/tk.js`,
    forget: () => {
      requests.length = 0;
      visits.length = 0;
      hits.length = 0;
    },
    arrived: async (count: number) => {
      // No deadline of its own: the test's is long enough for the slowest machine.
      while (hits.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
      return hits;
    },
  });
}
