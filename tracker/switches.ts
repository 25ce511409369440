// Switches: what the property does not want measured.

let off: readonly string[] = [];

/** Takes the kinds that the property does not want. What a reply does not say stays as it was. */
export const switchOff = (kinds?: readonly string[]): void => {
  off = kinds || off;
};

/** True when this kind of event is switched off. */
export const isOff = (kind: string): boolean => off.includes(kind);
