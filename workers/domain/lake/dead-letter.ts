// Dead letters: inputs and replies of the API.
import { z } from "zod";

/** Dead letters in one list, and ids in one request. */
export const MOST_LETTERS = 100;

const ids = z.array(z.string().min(1).max(200)).min(1).max(MOST_LETTERS);

/** Without ids: all dead letters of the property. */
export const replayInput = z.strictObject({ ids: ids.optional() });
export const discardInput = z.strictObject({ ids });
