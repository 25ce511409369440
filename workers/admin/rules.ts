// Routes to list, create, change, enable, disable and delete the rules of a property.
import { Hono } from "hono";
import { z } from "zod";
import { MOST_KEPT_RULES, MOST_RULES, RULE_TRIGGER_NAMES } from "../domain/events/rule";
import { isPlain } from "../domain/requests/plain";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readChanges, readInput } from "../http/body";
import { createRule, deleteRule, listRules, loadRule, updateRule } from "../storage/properties/rules";
import { announceChange } from "./announce";
import { requireSelector } from "./selector";

export const ruleRoutes = new Hono<AppEnv>();

const inPlainText = (field: string) =>
  [isPlain, `${field} must not contain control characters or lone surrogates`] as const;

const ruleInput = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, "name must not be empty")
    .max(120)
    .refine(...inPlainText("name")),
  selector: z
    .string()
    .trim()
    .min(1, "selector must not be empty")
    .max(500)
    .refine(...inPlainText("selector")),
  trigger: z.enum(RULE_TRIGGER_NAMES),
  /** Null means all pages. */
  page: z
    .string()
    .trim()
    .max(200)
    .regex(/^[/*]/, "page must begin with / or *")
    .refine((page) => !page.includes("?"), "page must not contain a query, because pages are compared without theirs")
    .refine(...inPlainText("page"))
    .nullable(),
  attributes: z
    .array(
      z
        .string()
        .regex(/^[a-zA-Z_][\w:.-]*$/, "attributes must be names such as data-plan")
        .max(100)
        // Scripts mirror what a visitor types into this attribute.
        .refine(
          (name) => name.toLowerCase() !== "value",
          "attributes must not name value, which may hold what was typed",
        ),
    )
    .max(10),
  enabled: z.boolean(),
});

const newRule = ruleInput.extend({
  page: ruleInput.shape.page.default(null),
  attributes: ruleInput.shape.attributes.default([]),
  enabled: ruleInput.shape.enabled.default(true),
});

const TOO_MANY = `property must have at most ${MOST_RULES} rules that are on, and ${MOST_KEPT_RULES} altogether`;

ruleRoutes.get("/api/v1/properties/:site_id/rules", async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  return c.json({ rules: await listRules(c.env.DB, site_id) });
});

ruleRoutes.post("/api/v1/properties/:site_id/rules", async (c) => {
  const property = await askedProperty(c, "manage");
  const input = await readInput(c.req.raw, newRule);
  await requireSelector(input.selector);
  const rule = await createRule(c.env.DB, property.site_id, input, Date.now());
  if (!rule) throw new Problem("conflict", TOO_MANY);
  await announceChange(c.env, property);
  return c.json(rule, 201);
});

ruleRoutes.get("/api/v1/properties/:site_id/rules/:id", async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const rule = await loadRule(c.env.DB, site_id, c.req.param("id"));
  if (!rule) throw new Problem("not_found", "rule does not exist");
  return c.json(rule);
});

ruleRoutes.patch("/api/v1/properties/:site_id/rules/:id", async (c) => {
  const property = await askedProperty(c, "manage");
  const changes = await readChanges(c.req.raw, ruleInput.partial());
  if (changes?.selector !== undefined) await requireSelector(changes.selector);
  const id = c.req.param("id");
  const before = await loadRule(c.env.DB, property.site_id, id);
  if (!before) throw new Problem("not_found", "rule does not exist");
  if (!changes) return c.json(before);
  const rule = await updateRule(c.env.DB, property.site_id, id, changes);
  if (!rule) throw new Problem("conflict", TOO_MANY);
  await announceChange(c.env, property);
  return c.json(rule);
});

ruleRoutes.delete("/api/v1/properties/:site_id/rules/:id", async (c) => {
  const property = await askedProperty(c, "manage");
  if (!(await deleteRule(c.env.DB, property.site_id, c.req.param("id"))))
    throw new Problem("not_found", "rule does not exist");
  await announceChange(c.env, property);
  return c.body(null, 204);
});
