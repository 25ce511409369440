// Errors as the log, the run log, dead letters and mails may have them: without the values that they were about. Libraries
// quote what they could not handle: drizzle the parameters of a statement, JSON.parse the text.

const MOST_CHARS = 1_000;
const MOST_CAUSES = 5;
const DEEPEST = 3;

/** IPv4, and IPv6 with four colons or `::`, but no time of day. */
const ADDRESS =
  /(?<![\w.:])(?:[\da-f:]*::(?:[\da-f:]*:)?\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]*::[\da-f:]*|(?:[\da-f]{1,4}:){4,7}[\da-f]{1,4}|\d{1,3}(?:\.\d{1,3}){3})(?![\w:])/gi;
const AGENT = /\bMozilla\/[^\n"]*/g;
const EMAIL = /[\w.+%-]+@[\w-]+(?:\.[\w-]+)+/g;
/** drizzle: "Failed query: … params: …". */
const PARAMETERS = /\s*\bparams: [\s\S]*$/;
/** V8: `Unexpected token 'x', "…" is not valid JSON`. */
const QUOTED_JSON = /,? ?(?:\.\.\.)?"[\s\S]*"(?:\.\.\.)? is not valid JSON/;

/** A text without addresses, user agents and mail addresses. */
export const withoutPersons = (text: string): string =>
  text
    .replace(PARAMETERS, "")
    .replace(QUOTED_JSON, " in what is not valid JSON")
    .replace(EMAIL, "(email)")
    .replace(AGENT, "(agent)")
    .replace(ADDRESS, "(address)")
    .slice(0, MOST_CHARS);

/** What an error is made of, if it says so. */
const causesOf = (error: unknown): unknown[] => {
  if (error instanceof AggregateError) return error.errors;
  return error instanceof Error && error.cause !== undefined ? [error.cause] : [];
};

/** What is wrong, as `String(error)` says it. */
export const reasonOf = (error: unknown): string => withoutPersons(String(error));

/** The lines of a stack that say where. */
const framesOf = (error: unknown): string[] =>
  error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];

/** The same with where it happened, and with its causes, for the log. */
export function describeError(error: unknown, depth = 0): string {
  const causes = depth < DEEPEST ? causesOf(error).slice(0, MOST_CAUSES) : [];
  const because = causes.map((cause) => `  because of ${describeError(cause, depth + 1)}`);
  return [reasonOf(error), ...framesOf(error), ...because].join("\n");
}

/** The error without the values that it was about, for a platform that keeps it. */
export function withoutValues(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(reasonOf(error));
  return Object.assign(new Error(withoutPersons(error.message)), { name: error.name });
}
