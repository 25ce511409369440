// The overlay: opens a page of the site with a tool on top, and receives the picked element.
import type { OverlayChoice, OverlayTool } from "../../../workers/domain/events/overlay";
import { words } from "../words/errors";
import { ApiError, request } from "./api";

interface Opened {
  url: string;
  pass: string;
}

export interface OverlayQuestion {
  siteId: string;
  tool: OverlayTool;
  /** URL of a page of the site. */
  page: string;
  /** Local dates of a heatmap. */
  period?: { from: string; to: string };
}

/**
 * Opens the page in a new window. Call it from a click: browsers block windows that open later, so it opens the window
 * at once and navigates when the pass has arrived.
 * @throws ApiError when the browser blocks the window or the request for a pass fails.
 */
export async function openOverlay({ siteId, tool, page, period }: OverlayQuestion): Promise<Opened & { tab: Window }> {
  const tab = window.open("about:blank", "_blank");
  if (!tab) throw new ApiError("offline", 0, words.windowBlocked);
  try {
    const path = `/api/v1/properties/${siteId}/overlay`;
    const opened = await request<Opened>(path, { method: "POST", body: { tool, url: page, ...period } });
    tab.location.replace(opened.url);
    return { ...opened, tab };
  } catch (error) {
    tab.close();
    throw error;
  }
}

function isChoice(data: unknown, pass: string): data is OverlayChoice {
  const said = data as Partial<OverlayChoice> | null;
  return said?.type === "trackkit-pick" && said.pass === pass && typeof said.selector === "string";
}

/** Opens the picker on a page. Resolves with the picked element, or null when `signal` aborts. */
export async function pickOnPage(siteId: string, page: string, signal: AbortSignal): Promise<OverlayChoice | null> {
  const { pass, tab } = await openOverlay({ siteId, tool: "pick", page });
  return new Promise((resolve) => {
    const hear = (event: MessageEvent): void => {
      // The site may redirect (to www, to https), so the window and the pass identify the sender, not its origin.
      if (event.source !== tab || !isChoice(event.data, pass)) return;
      stop();
      resolve(event.data);
    };
    const stop = (): void => removeEventListener("message", hear);
    addEventListener("message", hear);
    signal.addEventListener("abort", () => {
      stop();
      resolve(null);
    });
  });
}
