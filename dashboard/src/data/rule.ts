// Rules: the API calls, the conversion of form input, and the field that an error is about.
import type { Rule } from "../../../workers/domain/events/rule";
import { request } from "./api";

export type { Rule };

export type RuleDraft = Omit<Rule, "id" | "created_at">;

const at = (siteId: string, id?: string): string =>
  `/api/v1/properties/${encodeURIComponent(siteId)}/rules${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

export const loadRules = async (siteId: string, signal: AbortSignal): Promise<Rule[]> =>
  (await request<{ rules: Rule[] }>(at(siteId), { signal })).rules;

export const createRule = (siteId: string, draft: RuleDraft): Promise<Rule> =>
  request(at(siteId), { method: "POST", body: draft });

export const changeRule = (siteId: string, id: string, change: Partial<RuleDraft>): Promise<Rule> =>
  request(at(siteId, id), { method: "PATCH", body: change });

export const deleteRule = (siteId: string, id: string): Promise<void> => request(at(siteId, id), { method: "DELETE" });

/** `data-plan, data-id` or one per line: people use different separators. */
export const toAttributes = (typed: string): string[] => [...new Set(typed.split(/[\s,]+/).filter(Boolean))];

export const RULE_FIELDS = ["name", "selector", "page", "attributes"] as const;
export type RuleField = (typeof RULE_FIELDS)[number];

/** The field that an error is about: the API's messages begin with their subject. Null if it is about no field. */
export function fieldOf(message: string | null): RuleField | null {
  const subject = /^[a-z]+/i.exec(message ?? "")?.[0].toLowerCase();
  return RULE_FIELDS.find((field) => field === subject || field === `${subject}s`) ?? null;
}
