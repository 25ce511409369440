// Builders for tests of alerts: a property that has somebody to tell, a spike, and the task at a time of its own.
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { type AlertsEnv, alerts } from "../../../workers/alerts/alerts";
import type { AnomaliesView, AnomalyView } from "../../../workers/domain/anomalies/record";
import { emptyRollup } from "../../../workers/domain/counts/rollup";
import type { PropertySettings } from "../../../workers/domain/properties/settings";
import { addDays } from "../../../workers/domain/time/zone";
import { listMails } from "../../../workers/storage/mail/outbox";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { stubborn } from "../chance";
import { call, givenKey, givenProperty } from "../given";
import { addCrowd, type ZonedProperty } from "./given-counts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Ten past three in Zurich; the clocks went forward ten days before. */
export const NOW = Date.parse("2026-04-08T15:10:00+02:00");
export const LAST_HOUR = Date.parse("2026-04-08T14:00:00+02:00");
export const TODAY = "2026-04-08";

export type Alerts = Partial<PropertySettings["alerts"]>;
export async function givenTold(given: { alerts?: Alerts; recipients?: string[] } = {}): Promise<ZonedProperty> {
  const property = await givenProperty();
  const { alerts: set = {}, recipients = ["owner@example.com"] } = given;
  await changeSettings(env.DB, property.site_id, { alerts: set, reports: { recipients } });
  return property;
}

export function aMailbox() {
  const sent: string[] = [];
  const send = async (post: { subject: string }) => {
    sent.push(post.subject);
    return { messageId: "<made@platform>" };
  };
  const given = {
    MAIL: { send } as unknown as SendEmail,
    MAIL_FROM: "t@example.com",
    DASHBOARD_URL: "https://dash.example",
  };
  return { sent, given };
}

export const run = (given: Partial<AlertsEnv> = {}, due = NOW, site_id: string | null = null) =>
  alerts({ ...env, ...given }, stubborn(3), { kind: "alerts", site_id, due }, `alerts-${due}`);

export async function kept(
  { site_id }: ZonedProperty,
  from = addDays(TODAY, -40),
  to = addDays(TODAY, 2),
): Promise<AnomalyView[]> {
  const key = await givenKey();
  const reply = await call("GET", `/api/v1/properties/${site_id}/anomalies?from=${from}&to=${to}`, { key });
  expect(reply.status).toBe(200);
  return ((await reply.json()) as AnomaliesView).anomalies;
}
export const mailsOf = ({ site_id }: ZonedProperty) => listMails(env.DB, site_id, 100);

/** A thousand visitors more in the last hour, of one source and on one page. */
export function aSpike(place: ZonedProperty, visitors = 1000, hour = LAST_HOUR) {
  const rollup = emptyRollup();
  addCrowd(rollup, place, hour, { visitors, source: "Hacker News", page: "/launch", country: "US" });
  return rollup;
}
