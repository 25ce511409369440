// The reason of a refusal by the count of an account's wrong passwords. Apart from hooks.ts, which loads better-auth.
export const SLOWED_DOWN = "ACCOUNT_SLOWED_DOWN";
