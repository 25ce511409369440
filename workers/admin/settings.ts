// Routes to read and change a property's settings.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { alertsInput } from "../domain/anomalies/record";
import { isShortened, retentionInput } from "../domain/lake/retention";
import { reportsInput } from "../domain/mail/mail";
import { faultOfWebhookUrl, isLoopbackUrl } from "../domain/mail/webhook-url";
import { requireFresh } from "../domain/properties/caller";
import { capsInput } from "../domain/properties/caps";
import type { PropertySettings } from "../domain/properties/settings";
import { toHex } from "../domain/requests/hex";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readChanges } from "../http/body";
import { changeSettings, loadSettings, type SettingsChanges } from "../storage/properties/settings";

const ROUTE = "/api/v1/properties/:site_id/settings";

/** The fields without defaults: a PATCH must not reset fields that it does not name. */
const unwrapped = <Shape extends Record<string, z.ZodDefault>>(shape: Shape) =>
  z
    .strictObject(
      Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, field.unwrap()])) as {
        [Name in keyof Shape]: ReturnType<Shape[Name]["unwrap"]>;
      },
    )
    .partial();

/** GET shows "set" instead of a secret, so that a caller can write back what it has read. */
const SECRET_SET = "set";
const webhookShape = reportsInput.shape.webhook.unwrap().unwrap().shape;
const webhookChange = z
  .strictObject({ url: webhookShape.url, secret: z.union([z.literal(SECRET_SET), webhookShape.secret]).optional() })
  .nullable();

const settingsChanges = z
  .strictObject({
    retention: unwrapped(retentionInput.shape),
    alerts: unwrapped(alertsInput.shape),
    caps: unwrapped(capsInput.shape),
    reports: unwrapped(reportsInput.shape).extend({ webhook: webhookChange.optional() }),
  })
  .partial();

type WebhookChange = z.infer<typeof webhookChange>;
type Webhook = PropertySettings["reports"]["webhook"];

/**
 * Only the reply that creates a secret shows it. Read-only callers do not see the URL's path either, because it may
 * contain a secret.
 */
const visibleSettings = (settings: PropertySettings, mayManage: boolean): PropertySettings => {
  const { webhook } = settings.reports;
  if (!webhook) return settings;
  const url = mayManage ? webhook.url : new URL(webhook.url).origin;
  return { ...settings, reports: { ...settings.reports, webhook: { url, secret: SECRET_SET } } };
};

function mayManage(c: Context<AppEnv>, organizationId: string): boolean {
  return c.var.caller?.scopes[organizationId]?.includes("manage") ?? false;
}

/** 32 random bytes, with a prefix that identifies a leaked secret. */
const createSecret = (): string => {
  return `tkwh_${toHex(crypto.getRandomValues(new Uint8Array(32)))}`;
};

/**
 * The webhook after the change. An unchanged URL keeps its secret and a new URL gets a new one, so that two receivers
 * never share a secret.
 * @throws Problem invalid when the URL is not allowed.
 */
function toWebhook(change: WebhookChange, known: Webhook, workerUrl: string): Webhook {
  if (change === null) return null;
  const fault = faultOfWebhookUrl(change.url, isLoopbackUrl(workerUrl));
  if (fault) {
    const message = `reports.webhook.url ${fault}`;
    throw new Problem("invalid", message, [{ path: "reports.webhook.url", message }]);
  }
  const { url, secret } = change;
  if (secret !== undefined && secret !== SECRET_SET) return { url, secret };
  return { url, secret: known?.url === url ? known.secret : createSecret() };
}

export const settingsRoutes = new Hono<AppEnv>();

settingsRoutes.get(ROUTE, async (c) => {
  const property = await askedProperty(c, "stats");
  return c.json(
    visibleSettings(await loadSettings(c.env.DB, property.site_id), mayManage(c, property.organization_id)),
  );
});

settingsRoutes.patch(ROUTE, async (c) => {
  const property = await askedProperty(c, "manage");
  const given = await readChanges(c.req.raw, settingsChanges);
  const before = await loadSettings(c.env.DB, property.site_id);
  if (!given) return c.json(visibleSettings(before, true));
  if (isShortened(before.retention, given.retention ?? {})) requireFresh(c.var.caller, Date.now());
  const { reports, ...input } = given;
  const known = before.reports.webhook;
  const { webhook: change, ...others } = reports ?? {};
  const webhook = change === undefined ? known : toWebhook(change, known, c.env.WORKER_URL);
  const changes: SettingsChanges = { ...input, reports: { ...others, ...(change === undefined ? {} : { webhook }) } };
  const settings = visibleSettings(await changeSettings(c.env.DB, property.site_id, changes), true);
  // The server created this secret, and only this reply shows it to the owner.
  const made = webhook !== null && webhook.secret !== known?.secret && webhook.secret !== change?.secret;
  return c.json(
    made
      ? { ...settings, reports: { ...settings.reports, webhook: { url: webhook.url, secret: webhook.secret } } }
      : settings,
  );
});
