// The routes of the pipeline, put together.
import { Hono } from "hono";
import type { AppEnv } from "../app";
import { anomalyRoutes } from "./anomaly-routes";
import { deadLetterRoutes } from "./dead-letter-routes";
import { lakeRoutes } from "./lake-routes";
import { mailRoutes } from "./mail-routes";
import { rebuildRoutes } from "./rebuild-routes";
import { reportRoutes } from "./report-routes";
import { runRoutes } from "./run-routes";
import { settingsRoutes } from "./settings-routes";

export const pipelineRoutes = new Hono<AppEnv>()
  .route("/", runRoutes)
  .route("/", settingsRoutes)
  .route("/", mailRoutes)
  .route("/", reportRoutes)
  .route("/", anomalyRoutes)
  .route("/", deadLetterRoutes)
  .route("/", rebuildRoutes)
  .route("/", lakeRoutes);
