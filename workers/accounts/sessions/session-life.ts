// How long a session lasts at most. better-auth prolongs a session that is used, without an end of its own.
export const SESSION_DAYS = 90;

export const isTooOld = (createdAt: Date | string, now: number): boolean =>
  new Date(createdAt).getTime() + SESSION_DAYS * 86_400_000 <= now;
