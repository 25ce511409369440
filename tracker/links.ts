// Links: clicks that lead out of the site, or to a file.
import { LONGEST_ADDRESS } from "./limits.ts";
import { recordIfOn } from "./send.ts";

const FILE = /\.(7z|avi|csv|dmg|(doc|ppt|xls)x?|exe|gz|mov|mp[34g]|pdf|pkg|rar|txt|wav|zip)$/i;

export const followLink = (event: MouseEvent): void => {
  // A link is where the path of the click, out of open shadow trees too, meets an address of the web.
  const link = (event.composedPath() as HTMLAnchorElement[]).find((node) => /^http/.test(node.protocol));
  // Button 2 opens a menu; 0 and 1 (and the Enter key) follow the link.
  if (!link || event.button > 1) return;
  // A file on another host is a download, not a departure.
  const kind = FILE.test(link.pathname) ? "download" : link.host !== location.host && "outbound";
  if (kind) recordIfOn(kind, { h: link.href.slice(0, LONGEST_ADDRESS) });
};
