// Rules: named CSS selectors whose matches become events, without changes to the site. Free of zod: the tracker and the
// dashboard read it too.

/** When an element counts as matched. */
export const RULE_TRIGGERS = {
  click: "is clicked",
  submit: "is submitted",
  visible: "becomes visible",
  hover: "is hovered",
} as const;
export type RuleTrigger = keyof typeof RULE_TRIGGERS;
export const RULE_TRIGGER_NAMES = Object.keys(RULE_TRIGGERS) as [RuleTrigger, ...RuleTrigger[]];

/** Maximum of enabled rules. A page can check this many without a noticeable delay. */
export const MOST_RULES = 50;
/** Maximum of rules including disabled ones, because collect caches the ids of all. */
export const MOST_KEPT_RULES = 500;

export interface Rule {
  id: string;
  name: string;
  selector: string;
  trigger: RuleTrigger;
  /** Page pattern, `*` for any text; null for all pages. */
  page: string | null;
  /** Attributes of the element that become props of the event. */
  attributes: string[];
  enabled: boolean;
  /** ISO 8601. */
  created_at: string;
}

/** The fields of a rule that an owner sets. */
export type RuleInput = Omit<Rule, "id" | "created_at">;
