// Downloads: recognizes links to files. The core, which handles links anyway, uses this, so that a file on another host
// counts as a download only and not as an outbound click too.
import type { Kit } from "../kit.ts";

export default (kit: Kit): void => {
  kit.files = /\.(7z|avi|csv|dmg|(doc|ppt|xls)x?|exe|gz|mov|mp[34g]|pdf|pkg|rar|txt|wav|zip)$/i;
};
