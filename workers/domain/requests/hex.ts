// Bytes as hexadecimal digits: digests, signatures and secrets as texts.
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
