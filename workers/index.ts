// The Worker: mounts the stations' routes, names the queue's and the cron's handlers, re-exports the classes. Decides
// nothing.
import { Hono } from "hono";
import { identify, identifyKey } from "./accounts/identify";
import { accountRoutes } from "./accounts/routes";
import { adminRoutes } from "./admin/routes";
import { anomalyRoutes } from "./alerts/routes";
import { answerBeacon, browserRoutes } from "./collect/browser";
import { importRoutes } from "./collect/imports/routes";
import { incomingRoutes, openToBrowsers } from "./collect/incoming";
import { onCron } from "./cron";
import { expectCron, noteCron } from "./cron-watch";
import { Problem } from "./domain/requests/problem";
import type { AppEnv } from "./http/app";
import { auditChanges } from "./http/audit";
import { nameRequest } from "./http/headers";
import { healthRoutes } from "./http/health";
import { replyToError } from "./http/reply";
import { consume } from "./ingest/consume";
import { consumeDeadLetters } from "./ingest/dead-letters";
import { reportRoutes } from "./mail/routes";
import { mailRoutes } from "./mail/unsubscribe";
import { deadLetterRoutes } from "./maintenance/dead-letter-routes";
import { lakeRoutes } from "./maintenance/lake-routes";
import { rebuildRoutes } from "./maintenance/rebuild-routes";
import { runRoutes } from "./pipeline/run-routes";
import { overlayDataRoutes } from "./stats/insight/overlay";
import { insightRoutes } from "./stats/insight/routes";
import { publicRoutes } from "./stats/live/public";
import { statsRoutes } from "./stats/routes";

export { Analyst } from "../durable-objects/analyst/analyst";
export { PropertyHub } from "../durable-objects/property-hub";
export { CronWatch } from "./cron-watch";
export { EnrichmentWorkflow, MaintenanceWorkflow, PipelineWorkflow } from "./workflows";

const app = new Hono<AppEnv>();
app.onError(replyToError);
app.notFound((c) => replyToError(new Problem("not_found", `path ${c.req.path} does not exist`), c));
app.use(nameRequest);
app.route("/", browserRoutes);
app.use("/api/v1/*", identify, auditChanges);
app.use("/api/v2/*", identify);
// Sites send events here from their visitors' browsers, whose cookies mean nothing: only a key says who calls.
app.use("/api/events", openToBrowsers, identifyKey);
app.route("/", incomingRoutes);
app.route("/", importRoutes);
app.route("/", accountRoutes);
app.route("/", adminRoutes);
app.route("/", statsRoutes);
app.route("/", overlayDataRoutes);
app.route("/", publicRoutes);
app.route("/", insightRoutes);
app.route("/", runRoutes);
app.route("/", mailRoutes);
app.route("/", reportRoutes);
app.route("/", anomalyRoutes);
app.route("/", deadLetterRoutes);
app.route("/", rebuildRoutes);
app.route("/", lakeRoutes);
app.route("/", healthRoutes);

export default {
  fetch: (request, env, ctx) => answerBeacon(request, env, ctx) ?? app.fetch(request, env, ctx),
  queue: async (batch, env) => {
    await expectCron(env, Date.now());
    await (batch.queue.endsWith("dead-letters") ? consumeDeadLetters : consume)(batch, env);
  },
  scheduled: async (event, env) => {
    await noteCron(env, Date.now());
    await onCron(env, event.scheduledTime);
  },
} satisfies ExportedHandler<Cloudflare.Env>;
