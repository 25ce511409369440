// Patterns of path groups: `:name` stands for a segment, `*` for any text within a segment, `**` for any text.
import { isPlain } from "../../requests/plain";

/** What is wrong with a pattern, in words that follow the subject; null when nothing is. */
export function faultOfPathPattern(pattern: string): string | null {
  if (!pattern.startsWith("/")) return "must begin with /";
  if (!isPlain(pattern)) return "must not contain control characters or lone surrogates";
  if (pattern.includes("?")) return "must not contain a query, because pages are compared without theirs";
  if (pattern.includes("***")) return "must have at most two * in a row";
  const isWrong = pattern.split("/").some((segment) => segment.startsWith(":") && !/^:[a-z_]\w*$/i.test(segment));
  return isWrong ? "must have a name after a colon, such as /user/:id" : null;
}
