// Rules: the owner's selectors. A match is reported with the text, the link and some attributes of the element. Once
// per rule and page view it also reports that an element was in sight.
//
// It must not slow the page down, whatever the selectors are. It looks for elements when the browser is idle, one rule
// at a time, at most twice a second, and never again for a rule that took long. If a selector twice takes more than a
// millisecond to match against a path of elements, its rule is dropped until the next load.
import type { PageRule } from "../../workers/domain/events/beacon.ts";
import { toNormalPath } from "../../workers/domain/events/path.ts";
import type { Kit } from "../kit.ts";
import { LOOK_MS, MOST_WATCHED, REST_MS, SLOW_LOOK_MS, SLOW_MATCH_MS, WRITTEN } from "../limits.ts";

export default (kit: Kit): void => {
  const { safely } = kit;
  /** What tells of each rule that an element comes into sight; null when all of this page view is told. */
  let eyes: Record<string, IntersectionObserver | null> = {};
  /** Rules of which an element was in sight on this page view, by id. */
  let seen: Record<string, 1> = {};
  let timer: unknown;
  let rest: ReturnType<typeof setTimeout>;
  /** The element on which the pointer last rested, by rule. */
  const rested: Record<string, Element | false | undefined> = {};
  /** Consecutive strikes: of matching a rule, by its id; of looking for its elements, by its selector. */
  const strikes: Record<string, number> = {};

  /** The result of an act. An error, or taking too long, is a strike. */
  const measured = <T>(key: string, most: number, act: () => T): T | undefined => {
    const start = performance.now();
    let result: T | undefined;
    try {
      result = act();
    } catch {
      most = -1;
    }
    // Twice in a row: once, it may only be a slow machine.
    strikes[key] = performance.now() - start > most ? -~strikes[key]! : 0;
    return result;
  };

  const active = () => {
    // As collect writes the page.
    const page = toNormalPath(location.pathname + location.hash);
    return kit.rules().filter(({ i, p }) => !(strikes[i]! > 1) && (!p || RegExp(p).test(page)));
  };

  /** A visitor who uses an element has seen it, even before the observer has found it. */
  const see = (k: string): void => {
    if (!seen[k]) kit.record("rule_seen", { k });
    seen[k] = 1;
  };

  const tell = ({ i, t, a }: PageRule, element: Element): void => {
    see(i);
    const p: Record<string, string | undefined> = {};
    // Text that visitors type is not text of the page.
    if (!element.closest(WRITTEN) && !element.querySelector(WRITTEN))
      p.text = element.textContent.slice(0, 999).replace(/\s+/g, " ").trim().slice(0, 80);
    for (const key of a || []) p[key] = element.getAttribute(key)?.slice(0, 150);
    kit.record(/^[cs]/.test(t) ? "rule" : "rule_view", {
      k: i,
      h: element.closest<HTMLAnchorElement>("a[href]")?.href.slice?.(0, 2000),
      p,
    });
  };

  const match = (trigger: string, path: EventTarget[]): void => {
    for (const rule of active()) {
      if (rule.t !== trigger) continue;
      const found = measured(rule.i, SLOW_MATCH_MS, () => (path as Element[]).find((node) => node.matches?.(rule.s)));
      if (found && found !== rested[rule.i]) tell(rule, found);
      rested[rule.i] = trigger === "hover" && found;
    }
  };

  const look = (rule: PageRule): void => {
    const { i, s, t } = rule;
    if (eyes[i] === null || strikes[s]) return;
    // biome-ignore lint/suspicious/noAssignInExpressions: five bytes less than two statements
    const eye = (eyes[i] ||= new IntersectionObserver(
      safely((entries: IntersectionObserverEntry[]) => {
        for (const { isIntersecting, intersectionRatio, target } of entries) {
          if (!isIntersecting || eyes[i] === null) continue;
          see(i);
          if (t === "visible") {
            if (intersectionRatio < 0.5) continue;
            tell(rule, target);
          }
          eye.disconnect();
          eyes[i] = null;
        }
      }),
      { threshold: [0, 0.5] },
    ));
    const elements = measured(s, SLOW_LOOK_MS, () => document.querySelectorAll(s)) || [];
    // Then so may be comparing it: better a pause now than at a click.
    if (strikes[s]) [0, 1].map(() => measured(i, SLOW_MATCH_MS, () => document.elementFromPoint(99, 99)!.closest(s)));
    for (let n = 0; n < MOST_WATCHED && elements[n]; n += 1) eye.observe(elements[n]!);
  };

  const idle: (act: () => void, options: IdleRequestOptions) => void = window.requestIdleCallback || setTimeout;
  const lookSoon = (): void => {
    timer ||= setTimeout(
      safely(() => {
        timer = 0;
        for (const rule of active())
          idle(
            safely(() => look(rule)),
            // A busy page may be idle never. (`setTimeout`, where there is no better, takes this for 0.)
            { timeout: 999 },
          );
      }),
      LOOK_MS,
    );
  };

  for (const type of ["click", "auxclick", "submit"])
    kit.on<MouseEvent>(type, (event) => {
      // The third button opens a menu.
      if (!(event.button > 1)) match(type === "submit" ? type : "click", event.composedPath());
    });
  kit.on("pointerout", () => clearTimeout(rest));
  kit.on("pointerover", (event) => {
    const path = event.composedPath();
    rest = setTimeout(safely(match), REST_MS, "hover", path);
  });
  kit.onView(() => {
    for (const id in eyes) eyes[id]?.disconnect();
    eyes = {};
    seen = {};
    lookSoon();
    // By then the reply to this page view has arrived.
    setTimeout(lookSoon, 2000);
  });
  new MutationObserver(lookSoon).observe(document, { childList: true, subtree: true });
};
