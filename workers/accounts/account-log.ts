// Writes what users do with their own accounts into the audit logs of their organizations.

import type { AccountAction } from "../domain/properties/audit";
import { describeError } from "../domain/requests/describe-error";
import { senderAddress, truncateAddress } from "../domain/visitors/address";
import { writeAccountEntries } from "../storage/accounts/audit";

/** @param headers of the request, for its network. An error is logged: the change has been made. */
export async function logAccountAction(
  db: D1Database,
  userId: string,
  action: AccountAction,
  headers: Headers | undefined,
): Promise<void> {
  const network = truncateAddress(senderAddress(headers?.get("cf-connecting-ip")), "truncated");
  try {
    await writeAccountEntries(db, userId, action, network, Date.now());
  } catch (error) {
    console.error(`entry ${action} of the audit log could not be written`, describeError(error));
  }
}
