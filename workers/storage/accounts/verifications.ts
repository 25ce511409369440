// Links and unfinished sign-ins of a user, in better-auth's table. It stores their tokens as hashes.

/** The value of a row is the user's id, or begins with it: the change of an address has the new one behind a space. */
export const OF_USER = "(value = ?1 OR substr(value, 1, length(?1) + 1) = ?1 || ' ')";

/**
 * Ends reset links, changes of the address, unfinished sign-ins with two factors and trusted devices: they were made for the
 * password, the address and the second factor that the user had before.
 */
export async function deleteVerifications(db: D1Database, userId: string): Promise<void> {
  await db.prepare(`DELETE FROM verification WHERE ${OF_USER}`).bind(userId).run();
}

/** Ends the links of earlier changes of the address: only the last one is meant. */
export async function deleteAddressChanges(db: D1Database, userId: string): Promise<void> {
  await db.prepare(`DELETE FROM verification WHERE value <> ?1 AND ${OF_USER}`).bind(userId).run();
}
