// The id of a line that names none, for imports and for logs that are replayed.
import { createHash } from "node:crypto";

/**
 * A line's content, and its place among the equal lines of its file. So a file may be sent again, in whatever pieces of
 * whatever other file: each distinct line counts as often as in the file that has most of it.
 * @param ordinals how often each content was met in this file; it is counted on.
 */
export function idOfLine(line: string, ordinals: Map<string, number>): string {
  const content = createHash("sha256").update(line).digest("base64url").slice(0, 22);
  const ordinal = (ordinals.get(content) ?? 0) + 1;
  ordinals.set(content, ordinal);
  return `${content}.${ordinal}`;
}
