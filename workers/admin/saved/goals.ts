// Goals of a property: listed, created, changed, deleted.
import { Hono } from "hono";
import { checkFilter } from "../../domain/analysis/saved/check";
import { goalInput, newGoal } from "../../domain/analysis/saved/input";
import { MOST_GOALS } from "../../domain/analysis/saved/saved";
import { Problem } from "../../domain/requests/problem";
import type { AppEnv } from "../../http/app";
import { askedProperty } from "../../http/asked-property";
import { readChanges, readInput } from "../../http/body";
import { createGoal, deleteGoal, listGoals, loadGoal, updateGoal } from "../../storage/saved/goals";
import { announceChange } from "../announce";

const ROOT = "/api/v1/properties/:site_id/goals";
const TOO_MANY = `property must have at most ${MOST_GOALS} goals`;
const TAKEN = "name must be unique, and another goal of the property has it";

const unknownGoal = () => new Problem("not_found", "goal does not exist");

export const goalRoutes = new Hono<AppEnv>();

goalRoutes.get(ROOT, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  return c.json({ goals: await listGoals(c.env.DB, site_id) });
});

goalRoutes.post(ROOT, async (c) => {
  const property = await askedProperty(c, "manage");
  const { filter, ...input } = await readInput(c.req.raw, newGoal);
  checkFilter(filter, "filter", "goal");
  const goal = await createGoal(c.env.DB, property.site_id, { ...input, filter }, Date.now());
  if (typeof goal === "string") throw new Problem("conflict", goal === "taken" ? TAKEN : TOO_MANY);
  await announceChange(c.env, property);
  return c.json(goal, 201);
});

goalRoutes.get(`${ROOT}/:id`, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const goal = await loadGoal(c.env.DB, site_id, c.req.param("id"));
  if (!goal) throw unknownGoal();
  return c.json(goal);
});

goalRoutes.patch(`${ROOT}/:id`, async (c) => {
  const property = await askedProperty(c, "manage");
  const given = await readChanges(c.req.raw, goalInput.partial());
  const id = c.req.param("id");
  const before = await loadGoal(c.env.DB, property.site_id, id);
  if (!before) throw unknownGoal();
  if (!given) return c.json(before);
  const { filter = before.filter, ...changes } = given;
  checkFilter(filter, "filter", "goal");
  const goal = await updateGoal(c.env.DB, property.site_id, id, { ...changes, filter });
  if (!goal) throw new Problem("conflict", TAKEN);
  await announceChange(c.env, property);
  return c.json(goal);
});

goalRoutes.delete(`${ROOT}/:id`, async (c) => {
  const property = await askedProperty(c, "manage");
  if (!(await deleteGoal(c.env.DB, property.site_id, c.req.param("id")))) throw unknownGoal();
  await announceChange(c.env, property);
  return c.body(null, 204);
});
