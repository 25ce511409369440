// The tag: the attributes of the page's script element.

/** Where beacons go unless the tag says otherwise. Set at build time for an installation that renames its endpoint. */
declare const COLLECT_PATH: string;

/** Chunks are beside it. */
export const script = document.currentScript as HTMLScriptElement;
const options = script.dataset;

/** `data-site-id`: the property. */
export const siteId = options.siteId;

/** `data-hash`: the site routes by the fragment, which therefore belongs to the page. */
export const routesByHash = "hash" in options;

/** `data-endpoint`, absolute or relative to the script: relative to the page, a `<base>` would redirect it. */
export const endpoint = new URL(options.endpoint || COLLECT_PATH, script.src);
