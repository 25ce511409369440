// The routes of admin: everything that an owner configures.
import { Hono } from "hono";
import type { AppEnv } from "../http/app";
import { keyRoutes } from "./keys";
import { overlayRoutes } from "./overlay";
import { propertyRoutes } from "./properties";
import { ruleRoutes } from "./rules";
import { settingsRoutes } from "./settings";
import { streamRoutes } from "./streams";

export const adminRoutes = new Hono<AppEnv>()
  .route("/", propertyRoutes)
  .route("/", streamRoutes)
  .route("/", ruleRoutes)
  .route("/", keyRoutes)
  .route("/", overlayRoutes)
  .route("/", settingsRoutes);
