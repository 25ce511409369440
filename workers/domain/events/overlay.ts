// The overlay: tools that an owner opens over a page of the site, by a signed pass in the page's fragment. Free of zod:
// the tracker and the dashboard read it too.

/** `pick` points at an element and gives its selector back; `heatmap` draws what visitors did. */
export const OVERLAY_TOOLS = ["pick", "heatmap"] as const;
export type OverlayTool = (typeof OVERLAY_TOOLS)[number];

/** What a pass says; it is signed, so whoever holds it was let in by the property's owner a moment ago. */
export interface OverlayPass {
  site_id: string;
  tool: OverlayTool;
  /** Origin of the dashboard, where a choice goes. */
  opener: string;
  /** Local dates that a heatmap is of, both included. */
  from?: string;
  to?: string;
  /** Seconds since 1970. */
  exp: number;
}

/** Long enough to find the element, too short to be worth stealing. */
export const OVERLAY_MINUTES = 15;

const NAMED = "trackkit=";

/**
 * The pass in an address, null when it has none. A site that routes by the fragment keeps what stands before it. Read
 * without a pattern: anybody's beacon comes through here, and one of many `#` and `&` would be tried at each of them.
 */
export function overlayPassIn(address: string): string | null {
  const hash = address.indexOf("#");
  const last = address.slice(Math.max(hash, address.lastIndexOf("&")) + 1);
  return hash >= 0 && last.startsWith(NAMED) ? last.slice(NAMED.length) : null;
}

/** The address with a pass. */
export function withOverlayPass(address: string, pass: string): string {
  const [page, route] = address.split("#");
  return `${page}#${route ? `${route}&` : ""}trackkit=${pass}`;
}

/** What the picker tells the window that opened it. */
export interface OverlayChoice {
  type: "trackkit-pick";
  /** The pass that opened the tool: so the dashboard knows that the message is an answer to it. */
  pass: string;
  selector: string;
  /** Elements of the page that the selector matches. */
  matches: number;
  /** What the element says, at most 80 characters. */
  text: string;
  /** Path of the page. */
  page: string;
}
