// Links: clicks that lead out of the site, or to a file.
import { measureDepth } from "./engagement.ts";
import { LONGEST_TEXT } from "./limits.ts";
import { kit, recordIfOn } from "./send.ts";

export const followLink = (event: MouseEvent): void => {
  measureDepth(); // What is clicked may unfold.
  // A link is where the path of the click, out of open shadow trees too, meets an address of the web.
  const link = (event.composedPath() as HTMLAnchorElement[]).find((node) => node.hostname);
  // A file on another host is a download, not a departure.
  const kind = link && (kit.files?.test(link.pathname) ? "download" : link.host !== location.host && "outbound");
  // Button 2 opens a menu; 0 and 1 (and the Enter key) follow the link.
  if (kind && event.button < 2) recordIfOn(kind, { h: link.href.slice(0, LONGEST_TEXT) });
};
