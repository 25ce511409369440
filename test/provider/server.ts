// The provider of the tests, over loopback: started before them, ended after. It notes what it was asked by the one file
// that measures (enrichment-load.test.ts), and how much memory the runtime of the tests had at most.
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { type Behaviour, behaviourFor, truthFor } from "./behaviour.ts";

/** Calls after which it wants to be left alone for a second, as services with a limit per minute do. */
const CALLS_BEFORE_REST = 3000;
const REST_MS = 1000;

export interface Figures {
  calls: number;
  /** Most calls at once. */
  atOnce: number;
  byStatus: Record<string, number>;
  /** MB of the largest workerd process of these tests; null where the system does not tell. */
  memory: number | null;
}

const STATUS = /^Name:\s+workerd[\s\S]*?^PPid:\s+(\d+)[\s\S]*?^VmRSS:\s+(\d+) kB/m;

/** The memory of workerd processes that this process started, as Linux tells it. */
function memoryInUse(): number | null {
  try {
    const sizes = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => {
        try {
          return STATUS.exec(readFileSync(`/proc/${name}/status`, "utf8"));
        } catch {
          return null; // Ended just now.
        }
      })
      .flatMap((match) => (match && Number(match[1]) === process.pid ? [Number(match[2]) / 1024] : []));
    return sizes.length > 0 ? Math.max(...sizes) : null;
  } catch {
    return null;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let figures: Figures = { calls: 0, atOnce: 0, byStatus: {}, memory: null };
  let attempts = new Map<string, number>();
  let open = 0;
  let restsUntil = 0;

  function reply(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  }

  /** What each behaviour does at which attempt. */
  function answer(ip: string, request: IncomingMessage, response: ServerResponse): void {
    const attempt = (attempts.get(ip) ?? 0) + 1;
    attempts.set(ip, attempt);
    const truth = JSON.stringify(truthFor(ip));
    const tell = () => reply(response, 200, truth);
    const hangUp = () => request.socket.destroy();
    const acts: Record<Behaviour, () => unknown> = {
      answers: tell,
      wideNetwork: tell,
      tooSlowOnce: () => (attempt > 1 ? tell() : setTimeout(tell, 1000)),
      tooSlow: () => setTimeout(tell, 1000),
      stalls: () => response.writeHead(200).write(truth.slice(0, 20)),
      limitsTwice: () => (attempt > 2 ? tell() : reply(response, 429, "slow down", { "retry-after": "0" })),
      failsOnce: () => (attempt > 1 ? tell() : reply(response, 500, "oops")),
      failsTwice: () => (attempt > 2 ? tell() : reply(response, 503, "{}")),
      fails: () => reply(response, 502, "<html>Bad gateway</html>"),
      hangsUp: hangUp,
      hangsUpOnce: () => (attempt > 1 ? tell() : hangUp()),
      html: () => reply(response, 200, "<!doctype html><title>Log in</title>", { "content-type": "text/html" }),
      otherAddress: () => reply(response, 200, JSON.stringify({ ...truthFor(ip), ip: "192.0.2.1" })),
      wrongTypes: () => reply(response, 200, JSON.stringify({ ip, asn: { asn: { is: 5 }, name: ["x"] }, country: 41 })),
      cutJson: () => reply(response, 200, truth.slice(0, -5)),
      errorObject: () => reply(response, 200, '{"error":{"title":"Something is wrong"}}'),
      hugeBody: () => reply(response, 200, `${truth.slice(0, -1)},"padding":"${"x".repeat(1_000_000)}"}`),
      redirects: () => reply(response, 302, "", { location: `/elsewhere/${ip}` }),
      notFound: () => reply(response, 404, "{}"),
    };
    if (Date.now() < restsUntil) {
      reply(response, 429, "{}", { "retry-after": "1" });
      return;
    }
    if (figures.calls % CALLS_BEFORE_REST === 0) restsUntil = Date.now() + REST_MS;
    acts[behaviourFor(ip)]();
  }

  /** Places where it behaves the same to all. They are in no figures: files that ask here run while another is measured. */
  const places: Record<string, (request: IncomingMessage, response: ServerResponse, ip: string) => void> = {
    locked: ({ headers }, response, ip) => {
      if (headers["x-key"] === "secret") reply(response, 200, JSON.stringify(truthFor(ip)));
      else reply(response, 403, "{}");
    },
    away: (_, response) => reply(response, 500, "{}"),
    quota: (_, response) => reply(response, 429, "{}", { "retry-after": "3600" }),
  };

  const server = createServer((request, response) => {
    const [, place = "", ip = ""] = (request.url ?? "").split("/");
    if (place === "figures") {
      const memory = Math.max(figures.memory ?? 0, memoryInUse() ?? 0) || null;
      response.end(JSON.stringify({ ...figures, memory }));
      figures = { calls: 0, atOnce: 0, byStatus: {}, memory: null };
      attempts = new Map();
      restsUntil = 0;
      return;
    }
    const same = places[place];
    if (same) {
      same(request, response, ip);
      return;
    }
    figures.calls += 1;
    if (figures.calls % 100 === 0) figures.memory = Math.max(figures.memory ?? 0, memoryInUse() ?? 0) || null;
    open += 1;
    figures.atOnce = Math.max(figures.atOnce, open);
    response.on("close", () => {
      open -= 1;
      const { statusCode } = response;
      if (response.writableFinished) figures.byStatus[statusCode] = (figures.byStatus[statusCode] ?? 0) + 1;
    });
    // Services are some milliseconds away.
    setTimeout(() => answer(ip, request, response), 1 + (figures.calls % 5));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  project.provide("provider", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}
