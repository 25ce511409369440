// Validates a caller's input with a schema. The result is typed data, or a Problem that lists every wrong field.
import type { z } from "zod";
import { Problem } from "./problem";

/** One fault. `path` is empty for the body itself. */
export interface InputFault {
  path: string;
  message: string;
}

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** `streams[0].url`, as in JavaScript. */
export function toPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    "",
  );
}

const FORMATS: Record<string, string> = { email: "email address" };
const UNITS: Record<string, string> = { string: " characters", array: " items", set: " items", object: " fields" };

/**
 * Zod's default messages begin with "Invalid input"; ours begin with the field. A schema's own message takes
 * precedence.
 */
function toSentence(issue: Issue): string {
  const subject = toPath(issue.path ?? []) || "body";
  const unit = "origin" in issue ? (UNITS[String(issue.origin)] ?? "") : "";
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? `${subject} must be given` : `${subject} must be of type ${issue.expected}`;
    case "too_small":
      return `${subject} must ${unit ? "have" : "be"} at least ${issue.minimum}${unit}`;
    case "too_big":
      return `${subject} must ${unit ? "have" : "be"} at most ${issue.maximum}${unit}`;
    case "invalid_value":
      return `${subject} must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "unrecognized_keys":
      return `${subject} must not have the field ${issue.keys.join(", ")}`;
    case "invalid_format":
      return `${subject} must be a valid ${FORMATS[issue.format] ?? issue.format}`;
    case "custom":
      return `${subject} ${issue.params?.fault ?? "is not valid"}`;
    default:
      return `${subject} is not valid`;
  }
}

/**
 * A check for a schema: `faultOf` returns the problem as text that follows the subject ("must begin with /"), or null.
 * The subject is the whole path, so that the sentence names the item of a list.
 */
export const heldAgainst =
  <T>(faultOf: (value: T) => string | null) =>
  (value: T, context: z.core.$RefinementCtx<T>): void => {
    const fault = faultOf(value);
    if (fault !== null) context.addIssue({ code: "custom", params: { fault } });
  };

/** @throws Problem invalid, with an InputFault for each fault. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: toSentence });
  if (parsed.success) return parsed.data;
  const faults: InputFault[] = parsed.error.issues.map(({ path, message }) => ({ path: toPath(path), message }));
  throw new Problem("invalid", faults[0]?.message ?? "body is not valid", faults);
}

/** @throws Problem invalid when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("invalid", "body must be valid JSON");
  }
}
