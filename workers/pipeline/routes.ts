// The routes of the pipeline, put together.
import { Hono } from "hono";
import { settingsRoutes } from "../admin/settings";
import { anomalyRoutes } from "../alerts/routes";
import type { AppEnv } from "../http/app";
import { reportRoutes } from "../mail/routes";
import { mailRoutes } from "../mail/unsubscribe";
import { deadLetterRoutes } from "../maintenance/dead-letter-routes";
import { lakeRoutes } from "../maintenance/lake-routes";
import { rebuildRoutes } from "../maintenance/rebuild-routes";
import { runRoutes } from "./run-routes";

export const pipelineRoutes = new Hono<AppEnv>()
  .route("/", runRoutes)
  .route("/", settingsRoutes)
  .route("/", mailRoutes)
  .route("/", reportRoutes)
  .route("/", anomalyRoutes)
  .route("/", deadLetterRoutes)
  .route("/", rebuildRoutes)
  .route("/", lakeRoutes);
