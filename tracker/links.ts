// Links: clicks that leave the site or lead to a file.
import { measureDepth } from "./engagement.ts";
import { LONGEST_TEXT } from "./limits.ts";
import { kit, recordIfOn } from "./send.ts";

export const followLink = (event: MouseEvent): void => {
  measureDepth(); // The click may expand the page.
  // The link is the first element with a web address on the path of the click, which includes open shadow trees.
  const link = (event.composedPath() as HTMLAnchorElement[]).find((node) => node.hostname);
  // A file on another host is a download, not an outbound click.
  const kind = link && (kit.files?.test(link.pathname) ? "download" : link.host !== location.host && "outbound");
  // Button 2 opens a menu; 0 and 1 (and the Enter key) follow the link.
  if (kind && event.button < 2) recordIfOn(kind, { h: link.href.slice(0, LONGEST_TEXT) });
};
