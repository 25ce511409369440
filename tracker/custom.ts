// Custom events: `trackkit("Signup", { plan: "yearly" })`.
import { safely } from "./listen.ts";
import { record } from "./send.ts";

export type Call = [name: string, props?: Record<string, unknown>];

/** Props are flat: nested objects are left out, because they may be cyclic or very large. */
const flat = (key: string, value: unknown): unknown => (key && typeof value === "object" ? undefined : value);

/** Records a custom event, with a copy of its props as they are now. */
export const recordCustom = safely(([name, props]: Call) => {
  // Throws unless it is text.
  if (name.trim()) record(name, { p: JSON.parse(JSON.stringify(props || {}, flat)) });
});
