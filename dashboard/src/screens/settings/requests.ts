// API calls for the settings other than the property itself. The domain has the shapes.
import type { Alerts } from "../../../../workers/domain/anomalies/record";
import type { Retention } from "../../../../workers/domain/lake/retention";
import type { MailsView, Reports } from "../../../../workers/domain/mail/mail";
import type { PropertySettings } from "../../../../workers/domain/properties/settings";
import { request } from "../../data/api";

export { toLines, toList } from "../../data/lines";
export type { Alerts, MailsView, PropertySettings, Reports, Retention };

const at = (siteId: string, rest: string): string => `/api/v1/properties/${encodeURIComponent(siteId)}${rest}`;

export const loadSettings = (siteId: string, signal: AbortSignal): Promise<PropertySettings> =>
  request(at(siteId, "/settings"), { signal });

export interface SettingsChange {
  retention?: Partial<Retention>;
  alerts?: Partial<Alerts>;
  reports?: Partial<Omit<Reports, "webhook">> & { webhook?: { url: string; secret?: string } | null };
}

export const changeSettings = (siteId: string, change: SettingsChange): Promise<PropertySettings> =>
  request(at(siteId, "/settings"), { method: "PATCH", body: change });

/** Stands for a secret that was shown before. */
const SECRET_SET = "set";

/** The webhook's secret, from the only reply that contains it. */
export const freshSecret = ({ reports: { webhook } }: PropertySettings): string | null =>
  webhook && webhook.secret !== SECRET_SET && webhook.secret !== null ? webhook.secret : null;

export const eraseUser = (siteId: string, userId: string): Promise<{ run_id: string }> =>
  request(at(siteId, "/erasures"), { method: "POST", body: { user_id: userId } });

export const loadMails = (siteId: string, signal: AbortSignal): Promise<MailsView> =>
  request(at(siteId, "/reports"), { signal });

export interface TestSent {
  sent: number;
  failed: number;
}

export const sendTest = (siteId: string): Promise<TestSent> => request(at(siteId, "/reports/test"), { method: "POST" });

export const previewUrl = (siteId: string, kind: string): string =>
  at(siteId, `/reports/preview?${new URLSearchParams({ kind })}`);

/** An optional number: the value of a field, null if it is empty. */
export const toNumber = (typed: string): number | null => (typed.trim() === "" ? null : Number(typed));
export const fromNumber = (value: number | null | undefined): string => (value == null ? "" : String(value));
