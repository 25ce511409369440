// Identity: who the visitor is, as far as the site says so, and what of it the browser keeps where the owner lets it.
import type { VisitReply } from "../../workers/domain/events/beacon.ts";
import type { IdentityCall, VisitTaker } from "../index.ts";
import type { Kit } from "../kit.ts";

/** Read by the core before this chunk has loaded. */
const KEY = "trackkit_id";
/** The limit of collect. */
const LONGEST_USER = 128;
const PLAIN = ["string", "number", "boolean"];

export default (kit: Kit): void => {
  const api = window.trackkit!;
  /** The user that the page identified; null after `identify(null)`. */
  let user: string | null | undefined;
  /** Set when the id was made on this page. */
  let isNew: 1 | undefined;
  /** True while consent is missing: the tag waits for it and nothing is stored, or the visitor has withdrawn it. */
  let waits: boolean | undefined;

  const isOptedOut = (): boolean => {
    try {
      return !!localStorage.trackkit_optout;
    } catch {
      // The browser forbids storage to this page: nobody can have opted out in it.
      return false;
    }
  };

  /** Asked for at each beacon: what the reply to the last one allows may be done by now. */
  const who = (): Kit["who"] => {
    const named = user || undefined;
    try {
      const text = localStorage[KEY];
      waits ??= !text && !!document.querySelector("script[data-site-id][data-consent]");
      const { on, store } = kit.reply();
      // Unknown before the first reply.
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

  /** Asks collect for the token of this visitor. Who opted out has none. */
  const askForVisit = async (): Promise<string | undefined> => {
    if (isOptedOut()) return;
    const body = JSON.stringify({ s: api.site, visit: 1, ...who() });
    const reply = await fetch(kit.beaconUrl, { method: "POST", body });
    return ((await reply.json()) as VisitReply).visit || undefined;
  };

  const acts: Record<IdentityCall[0], (given?: unknown, traits?: object) => void> = {
    identify: (id, traits) => {
      user = id == null ? null : `${id}`.slice(0, LONGEST_USER);
      const props = Object.entries(traits || {}).filter(([, value]) => PLAIN.includes(typeof value));
      if (user) kit.record("identify", { p: Object.fromEntries(props) });
    },
    consent: (given) => {
      waits = !given;
    },
    // The visitor's own choice, so store it wherever possible.
    optOut: (out = true) => {
      if (out) localStorage.trackkit_optout = 1;
      else localStorage.removeItem("trackkit_optout");
    },
    visit: (take) => {
      askForVisit()
        .catch(() => undefined)
        .then(take as VisitTaker);
    },
  };
  const act = kit.safely(([name, args]: IdentityCall) => {
    acts[name](...Array.from(args));
    who();
  });
  api.c ||= [];
  api.c.forEach(act);
  // Later calls run at once. Use defineProperty: an assignment fails if the page froze Array.prototype.
  Object.defineProperty(api.c, "push", { value: act });
  who();
  kit.flush();
};
