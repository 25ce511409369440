// The overlay: opens a page of the site with a tool on top, and asks the Worker for what was picked there.
import type { OverlayChoice, OverlayTool } from "../../../workers/domain/events/overlay";
import { words } from "../words/errors";
import { ApiError, request } from "./api";
import { choiceWait } from "./wait";

interface Opened {
  url: string;
  /** Of a picker. */
  id?: string;
}

export interface OverlayQuestion {
  siteId: string;
  tool: OverlayTool;
  /** URL of a page of the site. */
  page: string;
  /** Local dates of a heatmap. */
  period?: { from: string; to: string };
}

const pathOf = (siteId: string): string => `/api/v1/properties/${siteId}/overlay`;

/**
 * Opens the page in a new window. Call it from a click: browsers block windows that open later, so it opens the window
 * at once and navigates when the pass has arrived.
 * @throws ApiError when the browser blocks the window or the request for a pass fails.
 */
export async function openOverlay({ siteId, tool, page, period }: OverlayQuestion): Promise<Opened> {
  const tab = window.open("about:blank", "_blank");
  if (!tab) throw new ApiError("offline", 0, words.windowBlocked);
  try {
    const opened = await request<Opened>(pathOf(siteId), { method: "POST", body: { tool, url: page, ...period } });
    // The site must not be able to send the dashboard's own tab elsewhere.
    tab.opener = null;
    tab.location.replace(opened.url);
    return opened;
  } catch (error) {
    tab.close();
    throw error;
  }
}

/** Ends early when `signal` aborts, and when the person comes back: timers of a hidden page are slow. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const seen = (): void => {
      if (!document.hidden) end();
    };
    const end = (): void => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    document.addEventListener("visibilitychange", seen);
    signal.addEventListener("abort", end);
  });
}

/** Null for an answer that says nothing about the choice: the connection was lost for a moment. */
async function askChoice(path: string, signal: AbortSignal): Promise<OverlayChoice | null> {
  try {
    return (await request<{ choice: OverlayChoice | null }>(path, { signal })).choice;
  } catch (error) {
    if (signal.aborted || (error instanceof ApiError && ["offline", "unavailable"].includes(error.code))) return null;
    if (error instanceof ApiError && error.code === "not_found")
      throw new ApiError(error.code, error.status, words.pickerExpired);
    throw error;
  }
}

/**
 * Opens the picker on a page. Resolves with the picked element, or null when `signal` aborts.
 * @throws ApiError also when nothing was picked while the pass was valid.
 */
export async function pickOnPage(siteId: string, page: string, signal: AbortSignal): Promise<OverlayChoice | null> {
  const { id } = await openOverlay({ siteId, tool: "pick", page });
  const started = Date.now();
  while (!signal.aborted) {
    await pause(choiceWait(Date.now() - started), signal);
    if (signal.aborted) break;
    const choice = await askChoice(`${pathOf(siteId)}/${id}`, signal);
    if (choice && !signal.aborted) return choice;
  }
  return null;
}
