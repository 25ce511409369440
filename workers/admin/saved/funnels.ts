// Saved funnels of a property: listed, created, changed, deleted.
import { Hono } from "hono";
import { funnelInput, toFunnel } from "../../domain/analysis/saved/funnel";
import { MOST_FUNNELS } from "../../domain/analysis/saved/saved";
import { Problem } from "../../domain/requests/problem";
import type { AppEnv } from "../../http/app";
import { askedProperty } from "../../http/asked-property";
import { readChanges, readInput } from "../../http/body";
import { createFunnel, deleteFunnel, listFunnels, loadFunnel, updateFunnel } from "../../storage/saved/funnels";

const ROOT = "/api/v1/properties/:site_id/funnels";

const unknownFunnel = () => new Problem("not_found", "funnel does not exist");

export const funnelRoutes = new Hono<AppEnv>();

funnelRoutes.get(ROOT, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  return c.json({ funnels: await listFunnels(c.env.DB, site_id) });
});

funnelRoutes.post(ROOT, async (c) => {
  const { site_id } = await askedProperty(c, "manage");
  const { name, funnel } = await readInput(c.req.raw, funnelInput);
  const saved = await createFunnel(c.env.DB, site_id, { name, funnel: toFunnel(funnel) }, Date.now());
  if (!saved) throw new Problem("conflict", `property must have at most ${MOST_FUNNELS} funnels`);
  return c.json(saved, 201);
});

funnelRoutes.get(`${ROOT}/:id`, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const saved = await loadFunnel(c.env.DB, site_id, c.req.param("id"));
  if (!saved) throw unknownFunnel();
  return c.json(saved);
});

funnelRoutes.patch(`${ROOT}/:id`, async (c) => {
  const { site_id } = await askedProperty(c, "manage");
  const given = await readChanges(c.req.raw, funnelInput.partial());
  const id = c.req.param("id");
  const before = await loadFunnel(c.env.DB, site_id, id);
  if (!before) throw unknownFunnel();
  if (!given) return c.json(before);
  const { name = before.name } = given;
  const funnel = given.funnel ? toFunnel(given.funnel) : before.funnel;
  const saved = await updateFunnel(c.env.DB, site_id, id, { name, funnel });
  if (!saved) throw unknownFunnel();
  return c.json(saved);
});

funnelRoutes.delete(`${ROOT}/:id`, async (c) => {
  const { site_id } = await askedProperty(c, "manage");
  if (!(await deleteFunnel(c.env.DB, site_id, c.req.param("id")))) throw unknownFunnel();
  return c.body(null, 204);
});
