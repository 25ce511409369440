// Path groups of a property: the ordered list, read and replaced as a whole.
import { Hono } from "hono";
import { pathGroupsInput } from "../../domain/analysis/saved/input";
import type { AppEnv } from "../../http/app";
import { askedProperty } from "../../http/asked-property";
import { readInput } from "../../http/body";
import { listPathGroups, replacePathGroups } from "../../storage/saved/path-groups";

const ROOT = "/api/v1/properties/:site_id/path-groups";

export const pathGroupRoutes = new Hono<AppEnv>();

pathGroupRoutes.get(ROOT, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  return c.json({ patterns: await listPathGroups(c.env.DB, site_id) });
});

pathGroupRoutes.put(ROOT, async (c) => {
  const { site_id } = await askedProperty(c, "manage");
  const { patterns } = await readInput(c.req.raw, pathGroupsInput);
  return c.json({ patterns: await replacePathGroups(c.env.DB, site_id, patterns) });
});
