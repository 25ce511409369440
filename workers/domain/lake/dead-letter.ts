// Dead letters, as owners ask for them.
import { z } from "zod";

/** As many as are listed at once, and as an owner may name in one request. */
export const MOST_LETTERS = 100;

const ids = z.array(z.string().min(1).max(200)).min(1).max(MOST_LETTERS);

/** Without ids: all of the property. */
export const replayInput = z.strictObject({ ids: ids.optional() });
export const discardInput = z.strictObject({ ids });
