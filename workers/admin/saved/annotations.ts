// Annotations of a property: listed, created, changed, deleted. Personal ones only by the account that created them.
import { Hono } from "hono";
import { annotationDays, annotationInput, newAnnotation, toMoment } from "../../domain/analysis/saved/input";
import { MOST_ANNOTATIONS, MOST_OWN_ANNOTATIONS } from "../../domain/analysis/saved/saved";
import { parseInput } from "../../domain/requests/input";
import { Problem } from "../../domain/requests/problem";
import type { AppEnv } from "../../http/app";
import { askedProperty } from "../../http/asked-property";
import { readChanges, readInput } from "../../http/body";
import {
  createAnnotation,
  deleteAnnotation,
  listAnnotations,
  loadAnnotation,
  updateAnnotation,
} from "../../storage/saved/annotations";
import { leastScope, mustStayShared, requireShareable, requireWritable, viewerOf } from "./viewer";

const ROOT = "/api/v1/properties/:site_id/annotations";

const tooMany = (shared: boolean) =>
  new Problem(
    "conflict",
    shared
      ? `property must have at most ${MOST_ANNOTATIONS} shared annotations`
      : `account must have at most ${MOST_OWN_ANNOTATIONS} personal annotations in a property`,
  );

const unknownAnnotation = () => new Problem("not_found", "annotation does not exist");

export const annotationRoutes = new Hono<AppEnv>();

annotationRoutes.get(ROOT, async (c) => {
  const property = await askedProperty(c, "stats");
  const days = parseInput(annotationDays, c.req.query());
  if (days.from !== undefined && days.to !== undefined && days.from > days.to)
    throw new Problem("invalid", "from must not be after to");
  return c.json({ annotations: await listAnnotations(c.env.DB, property, viewerOf(c.var.caller), days) });
});

annotationRoutes.post(ROOT, async (c) => {
  const property = await askedProperty(c, leastScope(c.var.caller));
  const input = await readInput(c.req.raw, newAnnotation);
  const viewer = viewerOf(c.var.caller);
  requireWritable(c.var.caller, property, input.shared);
  requireShareable(viewer, input.shared);
  const annotation = await createAnnotation(
    c.env.DB,
    property.site_id,
    viewer,
    { ...input, ...toMoment(input) },
    Date.now(),
  );
  if (!annotation) throw tooMany(input.shared);
  return c.json(annotation, 201);
});

annotationRoutes.get(`${ROOT}/:id`, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const annotation = await loadAnnotation(c.env.DB, site_id, viewerOf(c.var.caller), c.req.param("id"));
  if (!annotation) throw unknownAnnotation();
  return c.json(annotation);
});

annotationRoutes.patch(`${ROOT}/:id`, async (c) => {
  const property = await askedProperty(c, leastScope(c.var.caller));
  const given = await readChanges(c.req.raw, annotationInput.partial());
  const [id, viewer] = [c.req.param("id"), viewerOf(c.var.caller)];
  const before = await loadAnnotation(c.env.DB, property.site_id, viewer, id);
  requireWritable(c.var.caller, property, before?.shared, given?.shared ?? before?.shared);
  if (!before) throw unknownAnnotation();
  if (!given) return c.json(before);
  requireShareable(viewer, given.shared);
  const { date, time, ...changes } = given;
  const isMoved = date !== undefined || time !== undefined;
  const moment = isMoved ? toMoment({ date, time }) : {};
  const annotation = await updateAnnotation(c.env.DB, property.site_id, viewer, id, { ...changes, ...moment });
  if (annotation === "full") throw tooMany(given.shared === true);
  if (!annotation) throw given.shared === false ? mustStayShared("annotation") : unknownAnnotation();
  return c.json(annotation);
});

annotationRoutes.delete(`${ROOT}/:id`, async (c) => {
  const property = await askedProperty(c, leastScope(c.var.caller));
  const [id, viewer] = [c.req.param("id"), viewerOf(c.var.caller)];
  requireWritable(c.var.caller, property, (await loadAnnotation(c.env.DB, property.site_id, viewer, id))?.shared);
  if (!(await deleteAnnotation(c.env.DB, property.site_id, viewer, id))) throw unknownAnnotation();
  return c.body(null, 204);
});
