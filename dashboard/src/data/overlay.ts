// The overlay: opens a page of the site with a tool over it, and hears what was picked there.
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
  /** Address of a page of the site. */
  page: string;
  /** Local dates of a heatmap. */
  period?: { from: string; to: string };
}

/**
 * Opens the page in a window of its own. Must be called by a click: the window is opened at once, since browsers refuse
 * one that comes later, and goes to the page when its pass is there.
 * @throws ApiError when the window may not be opened, or there is no pass.
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

/** Opens the picker over a page; resolves with what was picked, or null once `signal` says that nobody waits. */
export async function pickOnPage(siteId: string, page: string, signal: AbortSignal): Promise<OverlayChoice | null> {
  const { pass, tab } = await openOverlay({ siteId, tool: "pick", page });
  return new Promise((resolve) => {
    const hear = (event: MessageEvent): void => {
      // The site may redirect (to www, to https), so not its origin but its window and the pass prove who speaks.
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
