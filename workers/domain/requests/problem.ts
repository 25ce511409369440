// Problems: the closed list of errors that a caller is told about. Refusals (refusal.ts) are not problems, but for those
// of which the caller must hear with a status of its own.
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

/** What a caller reads: `{"error": ProblemBody}`. The message is a sentence that begins with the subject. */
export interface ProblemBody {
  code: ProblemCode;
  message: string;
  details?: unknown;
}

/** Thrown in any room, turned into HTTP in exactly one place (workers/http/reply.ts). */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details?: unknown;
  /** Set when the problem is that everything was refused: told in a header. */
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
