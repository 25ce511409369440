// The data streams of a property: its websites and their enabled measurements.
import { Hono } from "hono";
import { requireFresh } from "../domain/properties/caller";
import { streamInput } from "../domain/properties/property";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readChanges, readInput } from "../http/body";
import { createStream, deleteStream, updateStream } from "../storage/properties/properties";
import { announceChange } from "./announce";

export const streamRoutes = new Hono<AppEnv>();

/** Creating a property has the same limit: collect compares each page's host with all streams. */
const STREAMS = 20;

streamRoutes.get("/api/v1/properties/:site_id/streams", async (c) => {
  const property = await askedProperty(c, "stats");
  return c.json({ streams: property.streams });
});

streamRoutes.post("/api/v1/properties/:site_id/streams", async (c) => {
  const property = await askedProperty(c, "manage");
  const input = await readInput(c.req.raw, streamInput);
  if (property.streams.length >= STREAMS)
    throw new Problem("conflict", `property must have at most ${STREAMS} data streams`);
  const stream = await createStream(c.env.DB, property.site_id, input, Date.now());
  await announceChange(c.env, property);
  return c.json(stream, 201);
});

streamRoutes.patch("/api/v1/properties/:site_id/streams/:id", async (c) => {
  const property = await askedProperty(c, "manage");
  const changes = await readChanges(c.req.raw, streamInput.partial());
  const id = c.req.param("id");
  const changed = changes
    ? await updateStream(c.env.DB, property.site_id, id, changes)
    : property.streams.find((stream) => stream.id === id);
  if (!changed) throw new Problem("not_found", "data stream does not exist");
  if (!changes) return c.json(changed);
  await announceChange(c.env, property);
  return c.json(changed);
});

streamRoutes.delete("/api/v1/properties/:site_id/streams/:id", async (c) => {
  const property = await askedProperty(c, "manage");
  requireFresh(c.var.caller, Date.now());
  if (!(await deleteStream(c.env.DB, property.site_id, c.req.param("id"))))
    throw new Problem("not_found", "data stream does not exist");
  await announceChange(c.env, property);
  return c.body(null, 204);
});
