// Custom events: `trackkit("Signup", { plan: "yearly" })`.
import { LONGEST_NAME } from "./limits.ts";
import { safely } from "./listen.ts";
import { record } from "./send.ts";

export type Call = [name: string, props?: Record<string, unknown>];

/** Counts an event of the site's own. Properties are text, numbers or booleans; others are left out. */
export const recordCustom = safely(([name, props]: Call) => {
  if (name) record(name.slice(0, LONGEST_NAME), { p: JSON.parse(JSON.stringify(props || {})) });
});
