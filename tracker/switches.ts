// Switches: what the property does not want measured.

let off: readonly string[] = [];

/** Takes the names of measurements that are off. What a reply does not say stays as it was. */
export const switchOff = (measurements?: readonly string[]): void => {
  off = measurements || off;
};

/**
 * True when this kind of event is switched off. Four letters tell its measurement, in fewer bytes than a table:
 * `pageview` is one of `page_views`, `download` of `file_downloads`. A test holds the names to it.
 */
export const isOff = (kind: string): boolean => off.join().includes(kind.slice(0, 4));
