// The routes of admin: everything that an owner configures.
import { Hono } from "hono";
import type { AppEnv } from "../http/app";
import { auditRoutes } from "./audit";
import { currencyRateRoutes } from "./currency-rates";
import { keyRoutes } from "./keys";
import { overlayRoutes } from "./overlay";
import { propertyRoutes } from "./properties";
import { ruleRoutes } from "./rules";
import { annotationRoutes } from "./saved/annotations";
import { funnelRoutes } from "./saved/funnels";
import { goalRoutes } from "./saved/goals";
import { pathGroupRoutes } from "./saved/path-groups";
import { segmentRoutes } from "./saved/segments";
import { settingsRoutes } from "./settings";
import { streamRoutes } from "./streams";

export const adminRoutes = new Hono<AppEnv>()
  .route("/", auditRoutes)
  .route("/", propertyRoutes)
  .route("/", streamRoutes)
  .route("/", ruleRoutes)
  .route("/", goalRoutes)
  .route("/", segmentRoutes)
  .route("/", pathGroupRoutes)
  .route("/", annotationRoutes)
  .route("/", funnelRoutes)
  .route("/", keyRoutes)
  .route("/", overlayRoutes)
  .route("/", settingsRoutes)
  .route("/", currencyRateRoutes);
