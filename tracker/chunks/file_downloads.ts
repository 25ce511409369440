// Downloads: what makes a link one to a file. The core, which follows links anyway, asks for it: so a file on another
// host is a download and not a departure as well.
import type { Kit } from "../kit.ts";

export default (kit: Kit): void => {
  kit.files = /\.(7z|avi|csv|dmg|(doc|ppt|xls)x?|exe|gz|mov|mp[34g]|pdf|pkg|rar|txt|wav|zip)$/i;
};
