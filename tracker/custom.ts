// Custom events: `trackkit("Signup", { plan: "yearly" })`.
import { safely } from "./listen.ts";
import { record } from "./send.ts";

export type Call = [name: string, props?: Record<string, unknown>];

/** Properties are flat: what is inside one is left out, before it can turn out to be endless or half of the page. */
const flat = (key: string, value: unknown): unknown => (key && typeof value === "object" ? undefined : value);

/** Counts an event of the site's own, with a copy of its properties as they are now. */
export const recordCustom = safely(([name, props]: Call) => {
  // What is no text throws.
  if (name.trim()) record(name, { p: JSON.parse(JSON.stringify(props || {}, flat)) });
});
