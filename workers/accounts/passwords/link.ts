// The links of account mails.
import { toHex } from "../../domain/requests/hex";

/** How long a link works. */
export const LINK_MS = 3_600_000;

export const createToken = (): string => toHex(crypto.getRandomValues(new Uint8Array(24)));
