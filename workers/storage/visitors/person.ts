// The id of a person with a user id: a hash, the same on every day and device.
import { createHash } from "node:crypto";

export const personOfUser = (siteId: string, userId: string): string =>
  `u_${createHash("sha256").update(`${siteId}\n${userId}`).digest("base64url").slice(0, 16)}`;
