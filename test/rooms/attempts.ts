// Wrong passwords for an account, each from a network of its own.
import { signIn } from "./given";

/** The last of them is told to wait. */
export const ATTEMPTS_IN_A_ROW = 11;

/** @returns the statuses of the replies. */
export async function givenWrongPasswords(email: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i += 1) statuses.push((await signIn(email, `wrong password ${i}`)).status);
  return statuses;
}
