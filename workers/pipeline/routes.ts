// The routes of the pipeline, put together.
import { Hono } from "hono";
import type { AppEnv } from "../app";
import { deadLetterRoutes } from "./dead-letter-routes";
import { rebuildRoutes } from "./rebuild-routes";

export const pipelineRoutes = new Hono<AppEnv>().route("/", deadLetterRoutes).route("/", rebuildRoutes);
