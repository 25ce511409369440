// The routes of the pipeline, put together.
import { Hono } from "hono";
import type { AppEnv } from "../app";

export const pipelineRoutes = new Hono<AppEnv>();
