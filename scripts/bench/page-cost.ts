// The cost of a tracker for a page: requests, bytes and main-thread time of one load, compared with another tracker and
// none.
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { findChromium, openChromium } from "../../test/browser/chromium.ts";
import type { BeaconReply, PageRule } from "../../workers/domain/events/beacon.ts";
import { MEASUREMENTS } from "../../workers/domain/events/measurement.ts";
import { buildTracker } from "../build-tracker.ts";
import { ROOT } from "../local/config.ts";

export interface PageCost {
  what: string;
  /** Besides the page itself. */
  requests: number;
  /** Sent and received for them, brotli. */
  bytes: number;
  /** Additional main-thread CPU milliseconds, compared with the page without a tracker; median. */
  mainThread: number;
}

/** Loads of each page. Pages take turns, so that noise affects all of them equally. */
const ROUNDS = 9;
/** Long enough for chunks, and for the beacon of the page view. */
const SETTLE_MS = 1_200;

const CHUNKS = Object.entries(MEASUREMENTS).flatMap(([key, { chunk }]) => (chunk ? [key] : []));

export async function listen(listener: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Serves scripts like a network, and answers beacons with the configuration of the property. */
export function serveScripts(folder: string, rules: PageRule[] = []): RequestListener {
  const packed = new Map<string, Buffer>();
  return (request, response) => {
    const open = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    if (request.method !== "GET") {
      const on = request.url === "/e/all" ? CHUNKS : [];
      request.resume().on("end", () => {
        response.writeHead(202, { ...open, "content-type": "application/json" });
        response.end(JSON.stringify({ off: [], on, rules } satisfies BeaconReply));
      });
      return;
    }
    const name = request.url?.slice(1) ?? "";
    if (!packed.has(name)) packed.set(name, brotliCompressSync(readFileSync(join(folder, name))));
    response.writeHead(200, { ...open, "content-type": "text/javascript", "content-encoding": "br" });
    response.end(packed.get(name));
  };
}

/** Plausible's own package, as a site that installs it would bundle it. */
async function buildPlausible(outDir: string): Promise<void> {
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: "error",
    build: {
      outDir,
      emptyOutDir: false,
      lib: { entry: join(ROOT, "scripts/bench/plausible-page.js"), formats: ["es"], fileName: () => "plausible.js" },
    },
  });
}

async function load(browser: Browser, url: string): Promise<{ requests: number; bytes: number; busy: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  // CPU time instead of wall-clock time, because the machine does other work.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  let requests = 0;
  let bytes = 0;
  devtools.on("Network.requestWillBeSent", ({ request, type }) => {
    if (type === "Document") return;
    requests += 1;
    bytes += request.postData?.length ?? 0;
  });
  const pages = new Set<string>();
  devtools.on("Network.responseReceived", ({ requestId, type }) => type === "Document" && pages.add(requestId));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (!pages.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(url, { waitUntil: "load" });
  await page.waitForTimeout(SETTLE_MS);
  const { metrics } = await devtools.send("Performance.getMetrics");
  const busy = (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1_000;
  await context.close();
  return { requests, bytes, busy };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Null without Chromium. */
export async function measurePageCost(folder: string): Promise<PageCost[] | null> {
  try {
    findChromium();
  } catch {
    return null;
  }
  mkdirSync(folder, { recursive: true });
  await buildTracker(folder);
  await buildPlausible(folder);
  const scripts = await listen(serveScripts(folder));
  const tag = (more: string): string =>
    `<script defer src="${scripts.origin}/tk.js" data-site-id="site" ${more}></script>`;
  const kinds: Record<string, string> = {
    "no tracker": "",
    TrackKit: tag(""),
    "TrackKit, every measurement": tag('data-endpoint="/e/all"'),
    "Plausible's package": `<script type="module" src="${scripts.origin}/plausible.js" data-to="${scripts.origin}/event"></script>`,
  };
  const site = await listen((request, response) => {
    const head = Object.values(kinds)[Number(request.url?.slice(1))];
    response.writeHead(head === undefined ? 404 : 200, { "content-type": "text/html" });
    response.end(
      `<!doctype html><html><head><link rel="icon" href="data:,"><title>Page</title>${head}</head>` +
        `<body><h1>Page</h1>${"<p>Some <a href=/0>text</a> to read.</p>".repeat(200)}</body></html>`,
    );
  });
  const browser = await openChromium();
  try {
    const loads = Object.keys(kinds).map((): Awaited<ReturnType<typeof load>>[] => []);
    for (let round = 0; round < ROUNDS; round++)
      for (const [n, list] of loads.entries()) list.push(await load(browser, `${site.origin}/${n}`));
    const busy = loads.map((list) => median(list.map((one) => one.busy)));
    return Object.keys(kinds).map((what, n) => ({
      what,
      requests: median(loads[n]!.map((one) => one.requests)),
      bytes: median(loads[n]!.map((one) => one.bytes)),
      mainThread: busy[n]! - busy[0]!,
    }));
  } finally {
    await browser.close();
    scripts.server.close();
    site.server.close();
  }
}
