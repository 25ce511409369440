// Segments of a property: listed, created, changed, deleted. Personal ones only by the account that created them.
import { Hono } from "hono";
import { checkFilter } from "../../domain/analysis/saved/check";
import { newSegment, segmentInput } from "../../domain/analysis/saved/input";
import { MOST_OWN_SEGMENTS, MOST_SEGMENTS } from "../../domain/analysis/saved/saved";
import { Problem } from "../../domain/requests/problem";
import type { AppEnv } from "../../http/app";
import { askedProperty } from "../../http/asked-property";
import { readChanges, readInput } from "../../http/body";
import { createSegment, deleteSegment, listSegments, loadSegment, updateSegment } from "../../storage/saved/segments";
import { leastScope, mustStayShared, requireShareable, requireWritable, viewerOf } from "./viewer";

const ROOT = "/api/v1/properties/:site_id/segments";

const tooMany = (shared: boolean) =>
  new Problem(
    "conflict",
    shared
      ? `property must have at most ${MOST_SEGMENTS} shared segments`
      : `account must have at most ${MOST_OWN_SEGMENTS} personal segments in a property`,
  );

const unknownSegment = () => new Problem("not_found", "segment does not exist");

export const segmentRoutes = new Hono<AppEnv>();

segmentRoutes.get(ROOT, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  return c.json({ segments: await listSegments(c.env.DB, site_id, viewerOf(c.var.caller)) });
});

segmentRoutes.post(ROOT, async (c) => {
  const property = await askedProperty(c, leastScope(c.var.caller));
  const { filter, ...input } = await readInput(c.req.raw, newSegment);
  checkFilter(filter, "filter", "segment");
  const viewer = viewerOf(c.var.caller);
  requireWritable(c.var.caller, property, input.shared);
  requireShareable(viewer, input.shared);
  const segment = await createSegment(c.env.DB, property.site_id, viewer, { ...input, filter }, Date.now());
  if (!segment) throw tooMany(input.shared);
  return c.json(segment, 201);
});

segmentRoutes.get(`${ROOT}/:id`, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const segment = await loadSegment(c.env.DB, site_id, viewerOf(c.var.caller), c.req.param("id"));
  if (!segment) throw unknownSegment();
  return c.json(segment);
});

segmentRoutes.patch(`${ROOT}/:id`, async (c) => {
  const property = await askedProperty(c, leastScope(c.var.caller));
  const given = await readChanges(c.req.raw, segmentInput.partial());
  const [id, viewer] = [c.req.param("id"), viewerOf(c.var.caller)];
  const before = await loadSegment(c.env.DB, property.site_id, viewer, id);
  requireWritable(c.var.caller, property, before?.shared, given?.shared ?? before?.shared);
  if (!before) throw unknownSegment();
  if (!given) return c.json(before);
  const { filter = before.filter, ...changes } = given;
  checkFilter(filter, "filter", "segment");
  requireShareable(viewer, changes.shared);
  const segment = await updateSegment(c.env.DB, property.site_id, viewer, id, { ...changes, filter });
  if (segment === "full") throw tooMany(changes.shared === true);
  if (!segment) throw changes.shared === false ? mustStayShared("segment") : unknownSegment();
  return c.json(segment);
});

segmentRoutes.delete(`${ROOT}/:id`, async (c) => {
  const property = await askedProperty(c, leastScope(c.var.caller));
  const [id, viewer] = [c.req.param("id"), viewerOf(c.var.caller)];
  requireWritable(c.var.caller, property, (await loadSegment(c.env.DB, property.site_id, viewer, id))?.shared);
  if (!(await deleteSegment(c.env.DB, property.site_id, viewer, id))) throw unknownSegment();
  return c.body(null, 204);
});
