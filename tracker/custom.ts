// Custom events: `trackkit("Signup", { plan: "yearly" })`, with revenue and `interactive` in a third argument.
import type { Hit } from "../workers/domain/events/beacon.ts";
import { safely } from "./listen.ts";
import { record } from "./send.ts";

export type Call = [
  name: string,
  props?: Record<string, unknown>,
  more?: { revenue?: Hit["m"]; interactive?: boolean },
];

/** Props are flat: nested objects are left out, because they may be cyclic or very large. */
const flat = (key: string, value: unknown): unknown => (key && typeof value === "object" ? undefined : value);

/** A copy as it is now. It throws for what JSON cannot hold, so that such an event costs no other. */
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value || {}, flat));

/** Counts an event of the site's own. */
export const recordCustom = safely(([name, props, more]: Call) => {
  // What is no text throws.
  if (name.trim())
    record(name, {
      p: copy(props),
      m: more?.revenue && copy(more.revenue),
      y: more?.interactive === false ? 0 : undefined,
    });
});
