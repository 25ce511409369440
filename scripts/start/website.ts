// The demo's own websites: where they are served, with the tag of their properties.
import { type Api, ApiError } from "../api.ts";
import { isFree, requireFree, reservePort } from "../local/port.ts";
import { serveSites } from "../site/server.ts";
import type { DemoState } from "./account.ts";
import { type DemoSite, demoSites } from "./demo.ts";

/** `SITE_PORT`, the port beside the dashboard's, or any that is free. @throws Error when SITE_PORT is taken. */
export async function chooseSitePort(wanted: number | null, dashboardPort: number): Promise<number> {
  if (wanted !== null) {
    await requireFree(wanted, "SITE_PORT");
    return wanted;
  }
  return (await isFree(dashboardPort + 1)) ? dashboardPort + 1 : reservePort();
}

/** Moves the streams of a demo to another port. What was counted keeps its pages, which have no port. */
async function moveStreams(api: Api, demo: DemoState): Promise<void> {
  for (const { siteId, simulation } of demoSites(demo)) {
    const root = `/api/v1/properties/${siteId}`;
    const property = await api.get<{ streams: { id: string }[] }>(root).catch((error: unknown) => {
      // The owner has deleted it.
      if (error instanceof ApiError && error.status === 404) return { streams: [] };
      throw error;
    });
    const [stream] = property.streams;
    if (stream) await api.patch(`${root}/streams/${stream.id}`, { url: `http://${simulation.hostname}` });
  }
}

/** The demo with a port on which its websites can be served: its own, or another if that is taken by now. */
export async function withFreePort(
  api: Api,
  demo: DemoState,
  wanted: number | null,
  dashboardPort: number,
): Promise<DemoState> {
  const { site_port } = demo;
  if (site_port === undefined) return demo;
  if ((wanted === null || wanted === site_port) && (await isFree(site_port))) return demo;
  const moved = { ...demo, site_port: await chooseSitePort(wanted, dashboardPort) };
  await moveStreams(api, moved);
  return moved;
}

const tagOf = ({ siteId }: DemoSite, worker: string): string =>
  `<script defer src="${worker}/tk.js" data-site-id="${siteId}"></script>`;

/** Serves the websites until the signal says so. @returns their addresses; none for a demo of an earlier version. */
export async function serveWebsites(demo: DemoState, worker: string, signal: AbortSignal): Promise<string[]> {
  const { site_port } = demo;
  if (site_port === undefined) return [];
  const sites = demoSites(demo);
  const tagged = sites.map((site) => ({ ...site, tag: tagOf(site, worker) }));
  await serveSites(tagged, site_port, signal);
  return sites.map(({ hostname }) => `http://${hostname}:${site_port}/`);
}
