// Problems: the closed list of errors returned to callers. Refusals (refusal.ts) are not problems, except for those
// that need an HTTP status of their own.
import type { Refusal } from "./refusal";

export const PROBLEM_STATUS = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  too_many: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

const CODES = new Map<number, ProblemCode>(
  Object.entries(PROBLEM_STATUS).map(([code, status]) => [status, code as ProblemCode]),
);
/** The code of a reply that has none of its own; undefined for a status that no problem has. 422 is another word for 400. */
export const codeOfStatus = (status: number): ProblemCode | undefined => CODES.get(status === 422 ? 400 : status);

/** The error for a caller: `{"error": ProblemBody}`. The message is a sentence that begins with the subject. */
export interface ProblemBody {
  code: ProblemCode;
  message: string;
  details?: unknown;
}

/** Thrown anywhere, and turned into HTTP in exactly one place (workers/http/reply.ts). */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details?: unknown;
  /** Set if the request's events were all refused. The reply has the reason in a header. */
  readonly refusal: Refusal | null;

  constructor(code: ProblemCode, message: string, details?: unknown, refusal: Refusal | null = null) {
    super(message);
    this.name = "Problem";
    this.code = code;
    this.details = details;
    this.refusal = refusal;
  }

  get status(): (typeof PROBLEM_STATUS)[ProblemCode] {
    return PROBLEM_STATUS[this.code];
  }

  toBody(): ProblemBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** A part of the input that is wrong. @param fault follows the part's path: "must be given". */
export function wrongPart(path: string, fault: string): Problem {
  const message = `${path} ${fault}`;
  return new Problem("invalid", message, [{ path, message }]);
}
