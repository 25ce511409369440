// The routes of the pipeline, put together.
import { Hono } from "hono";
import type { AppEnv } from "../app";
import { runRoutes } from "./run-routes";

export const pipelineRoutes = new Hono<AppEnv>().route("/", runRoutes);
