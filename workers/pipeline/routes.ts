// The routes of the pipeline, put together.
import { Hono } from "hono";
import type { AppEnv } from "../app";
import { mailRoutes } from "./mail-routes";
import { reportRoutes } from "./report-routes";
import { settingsRoutes } from "./settings-routes";

export const pipelineRoutes = new Hono<AppEnv>();

pipelineRoutes.route("/", settingsRoutes);
pipelineRoutes.route("/", mailRoutes);
pipelineRoutes.route("/", reportRoutes);
