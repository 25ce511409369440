// The overlay: tools that an owner opens on a page of the site, with a signed pass in the page's fragment. Free of zod:
// the tracker and the dashboard read it too.

/** `pick` selects an element and returns its selector; `heatmap` shows what visitors did. */
export const OVERLAY_TOOLS = ["pick", "heatmap"] as const;
export type OverlayTool = (typeof OVERLAY_TOOLS)[number];

/** The content of a pass. It is signed, so its holder was authorized by the property's owner moments ago. */
export interface OverlayPass {
  site_id: string;
  tool: OverlayTool;
  /** Of a picker: its choice is kept under this id. */
  id?: string;
  /** Local dates of a heatmap, both included. */
  from?: string;
  to?: string;
  /** Seconds since 1970. */
  exp: number;
}

/** Long enough to find the element, too short to be worth stealing. */
export const OVERLAY_MINUTES = 15;

const NAMED = "trackkit=";

/**
 * The pass in a URL; null without one. A site that routes by fragment keeps the part before it. Does not use a regular
 * expression: anybody's beacon gets here, and a URL with many `#` and `&` would make one backtrack at each of them.
 */
export function overlayPassIn(address: string): string | null {
  const hash = address.indexOf("#");
  const last = address.slice(Math.max(hash, address.lastIndexOf("&")) + 1);
  return hash >= 0 && last.startsWith(NAMED) ? last.slice(NAMED.length) : null;
}

/** The URL with a pass. */
export function withOverlayPass(address: string, pass: string): string {
  const [page, route] = address.split("#");
  return `${page}#${route ? `${route}&` : ""}trackkit=${pass}`;
}

/** What was picked. The overlay sends it to the Worker, where the dashboard that opened the overlay asks for it. */
export interface OverlayChoice {
  selector: string;
  /** Number of elements on the page that match the selector. */
  matches: number;
  /** The element's text, at most 80 characters. */
  text: string;
  /** Path of the page. */
  page: string;
}
