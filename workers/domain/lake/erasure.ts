// Erasure: what the API takes.
import { z } from "zod";

/** The longest user_id that is accepted. */
const MOST_CHARS = 128;

export const erasureInput = z.strictObject({
  user_id: z
    .string("user_id must be a text")
    .min(1, "user_id must not be empty")
    .max(MOST_CHARS, `user_id must have at most ${MOST_CHARS} characters`),
});
