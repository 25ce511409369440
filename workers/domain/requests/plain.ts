// Plain text: the schema for texts that identify or name something.
import { z } from "zod";
import { toPath } from "./input";

/** A control character or half a surrogate pair in a name is a mistake of the sender, and no store keeps it intact. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
export const isPlain = (text: string): boolean => text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text);

export const plain = (max: number) =>
  z
    .string()
    .max(max)
    .refine(isPlain, {
      error: ({ path = [] }) => `${toPath(path) || "text"} must not contain control characters or lone surrogates`,
    });
