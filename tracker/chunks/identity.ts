// Identity: who the visitor is, as far as the site says so, and what of it the browser keeps where the owner lets it.
import type { IdentityCall } from "../index.ts";
import type { Kit } from "../kit.ts";

/** What the core reads before this chunk is there. */
const KEY = "trackkit_id";
/** As much as collect takes. */
const LONGEST_USER = 128;
const PLAIN = ["string", "number", "boolean"];

export default (kit: Kit): void => {
  const api = window.trackkit!;
  /** The user whom the page named; null when it took the name back. */
  let user: string | null | undefined;
  /** Set when the id was made on this page. */
  let isNew: 1 | undefined;
  /** True until consent is given: where the tag wants to wait for it and nothing is stored, or when it was taken back. */
  let waits: boolean | undefined;

  /** Asked for at each beacon: what the reply to the last one allows may be done by now. */
  const who = (): Kit["who"] => {
    const named = user || undefined;
    try {
      const text = localStorage[KEY];
      waits ??= !text && !!document.querySelector("script[data-site-id][data-consent]");
      const { on, store } = kit.reply();
      // Without a reply nobody knows yet.
      if (waits || (on && !store)) {
        localStorage.removeItem(KEY);
        return { c: named };
      }
      let { c, v } = JSON.parse(text || "{}");
      if (user !== undefined) c = named;
      if (store) {
        if (!v) {
          isNew = 1;
          v = `${Date.now().toString(36)}.${Math.random()}`;
        }
        localStorage[KEY] = JSON.stringify({ c, v });
      }
      return { c, v, n: isNew };
    } catch {
      // The browser forbids storage to this page.
      return { c: named };
    }
  };
  Object.defineProperties(kit, { who: { get: who } });

  const acts: Record<IdentityCall[0], (given?: unknown, traits?: object) => void> = {
    identify: (id, traits) => {
      user = id == null ? null : `${id}`.slice(0, LONGEST_USER);
      const props = Object.entries(traits || {}).filter(([, value]) => PLAIN.includes(typeof value));
      if (user) kit.record("identify", { p: Object.fromEntries(props) });
    },
    consent: (given) => {
      waits = !given;
    },
    // A visitor's own wish, so it is kept wherever there is room.
    optOut: (out = true) => {
      if (out) localStorage.trackkit_optout = 1;
      else localStorage.removeItem("trackkit_optout");
    },
  };
  const act = kit.safely(([name, args]: IdentityCall) => {
    acts[name](...Array.from(args));
    who();
  });
  api.c ||= [];
  api.c.forEach(act);
  // Calls that come later are carried out at once. Defined: assigned to, a page's frozen Array.prototype would forbid it.
  Object.defineProperty(api.c, "push", { value: act });
  who();
  kit.flush();
};
