// Serves the demo's websites on loopback, each under a host of its own, so that picker, overlay, install check and tracker
// can be tried by hand.
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { BADGE } from "./html.ts";
import { type Site, STYLE, toMissingPage, toPages } from "./pages.ts";

interface Served extends Site {
  hostname: string;
}

const PDF = `%PDF-1.1
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
`;

const FILES: [pattern: RegExp, type: string, body: string][] = [
  [/^\/style\.css$/, "text/css", STYLE],
  [/^\/img\/.*\.svg$/, "image/svg+xml", BADGE],
  [/^\/files\/[\w-]+\.pdf$/, "application/pdf", PDF],
];

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "no-cache" }).end(body);
}

/** Answers for some websites by the host that is asked for; the first also answers for unknown hosts. */
export function toListener(sites: readonly Served[]): RequestListener {
  const known = sites.map((site) => ({ ...site, pages: toPages(site), missing: toMissingPage(site) }));
  return ({ url = "/", headers }, response) => {
    const host = headers.host?.replace(/:\d+$/, "");
    const { pages, missing } = known.find(({ hostname }) => hostname === host) ?? known[0]!;
    const { pathname } = new URL(url, "http://site");
    const file = FILES.find(([pattern]) => pattern.test(pathname));
    if (file) return answer(response, 200, file[1], file[2]);
    const page = pages.get(pathname);
    if (page) return answer(response, 200, "text/html", page);
    if (!pages.has(`${pathname}/`)) return answer(response, 404, "text/html", missing);
    response.writeHead(301, { Location: `${pathname}/` }).end();
  };
}

/** Listens until the signal says so. @throws Error when the port is taken. */
export async function serveSites(sites: readonly Served[], port: number, signal: AbortSignal): Promise<void> {
  const server = createServer(toListener(sites));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  signal.addEventListener("abort", () => {
    server.close();
    server.closeAllConnections();
  });
}
