// The waiting time before a retry.

export interface BackOffPolicy {
  /** ms before the second attempt; doubles with each. */
  base: number;
  /** ms at most. */
  max: number;
}

/**
 * ms to wait after attempt number `attempt` (from 1): between half and all of an exponentially growing span, so that calls
 * that failed together do not retry together. `chance` is in [0, 1).
 */
export const backOff = (attempt: number, chance: number, { base, max }: BackOffPolicy): number =>
  Math.min(base * 2 ** (attempt - 1), max) * (0.5 + chance / 2);

/** ms that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3); null where it is missing or invalid. */
export function retryAfter(header: string | null, now: number): number | null {
  const text = header?.trim();
  if (!text) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(date - now, 0);
}
