// Rules in a simulation: an action that has a rule's selector matches it, as the tracker would see it.
import { isExcludedPath } from "../../workers/domain/events/path.ts";
import type { Rule } from "../../workers/domain/events/rule.ts";
import type { Happening } from "./behaviour.ts";
import type { Action, Page } from "./config.ts";

/** A rule of the property that the traffic goes to. */
export type KnownRule = Pick<Rule, "id" | "selector" | "trigger" | "page" | "enabled">;

interface Reading {
  page: Page;
  read: number;
}

const isOn = ({ page: pattern }: KnownRule, { path }: Page): boolean =>
  pattern === null || isExcludedPath(path, [pattern]);

/** The position of a rule's element on the page, percent from the top; null if the page has none. */
function placeOf({ selector }: KnownRule, { actions, height }: Page): number | null {
  const action = actions.find((one) => one.selector === selector);
  return action ? ((action.at?.[1] ?? 0) / height) * 100 : null;
}

/** The rule events of a page view that was read down to `depth` percent. */
export function matchesOf(
  rules: readonly KnownRule[],
  { page, read }: Reading,
  depth: number,
  done: readonly { action: Action; happening: Happening }[],
): Happening[] {
  return rules
    .filter((rule) => rule.enabled && isOn(rule, page))
    .flatMap((rule) => {
      const place = placeOf(rule, page);
      if (place === null || place > depth) return [];
      const tell = (event_type: string, after: number, words: object = {}): Happening => ({
        after,
        words: { event_type, rule_id: rule.id, ...words },
      });
      const seen = Math.floor((read * place) / 110);
      const on = { click: "click", submit: "form_submit", hover: "hover", visible: null }[rule.trigger];
      const matched = done.filter(({ action }) => action.event_type === on && action.selector === rule.selector);
      return [
        tell("rule_seen", seen),
        ...(rule.trigger === "visible" ? [tell("rule_view", seen)] : []),
        ...matched.map(({ happening: { after, words } }) =>
          tell(rule.trigger === "hover" ? "rule_view" : "rule", after, {
            ...(words.href ? { href: words.href } : {}),
            ...(typeof words.props === "object" && "text" in words.props! ? { props: { text: words.props.text } } : {}),
          }),
        ),
      ];
    });
}
