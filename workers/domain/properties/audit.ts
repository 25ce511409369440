// The audit log: who changed what in an organization, when, and from which network. One table says which routes are
// changes; a test compares it with the routes in the code.

/** The names of the changed fields, and the name of what was made. Never a value: it may be a secret. */
export interface AuditDetails {
  /** The fields that the request named. */
  fields?: string[];
  name?: string;
}

/** The action of each changing route. A route with a path of its own has one here or in `UNAUDITED`. */
const PROPERTY = "/api/v1/properties/{site_id}";
export const AUDITED = {
  "POST /api/v1/properties": "property.create",
  [`PATCH ${PROPERTY}`]: "property.change",
  [`DELETE ${PROPERTY}`]: "property.delete",
  [`POST ${PROPERTY}/imports`]: "import.upload",
  [`POST ${PROPERTY}/streams`]: "stream.create",
  [`PATCH ${PROPERTY}/streams/{id}`]: "stream.change",
  [`DELETE ${PROPERTY}/streams/{id}`]: "stream.delete",
  [`POST ${PROPERTY}/rules`]: "rule.create",
  [`PATCH ${PROPERTY}/rules/{id}`]: "rule.change",
  [`DELETE ${PROPERTY}/rules/{id}`]: "rule.delete",
  [`POST ${PROPERTY}/goals`]: "goal.create",
  [`PATCH ${PROPERTY}/goals/{id}`]: "goal.change",
  [`DELETE ${PROPERTY}/goals/{id}`]: "goal.delete",
  [`POST ${PROPERTY}/segments`]: "segment.create",
  [`PATCH ${PROPERTY}/segments/{id}`]: "segment.change",
  [`DELETE ${PROPERTY}/segments/{id}`]: "segment.delete",
  [`PUT ${PROPERTY}/path-groups`]: "path_groups.change",
  [`POST ${PROPERTY}/annotations`]: "annotation.create",
  [`PATCH ${PROPERTY}/annotations/{id}`]: "annotation.change",
  [`DELETE ${PROPERTY}/annotations/{id}`]: "annotation.delete",
  [`POST ${PROPERTY}/funnels`]: "funnel.create",
  [`PATCH ${PROPERTY}/funnels/{id}`]: "funnel.change",
  [`DELETE ${PROPERTY}/funnels/{id}`]: "funnel.delete",
  [`POST ${PROPERTY}/keys`]: "key.create",
  [`DELETE ${PROPERTY}/keys/{id}`]: "key.delete",
  "POST /api/v1/keys": "key.create",
  "DELETE /api/v1/keys/{id}": "key.delete",
  [`PATCH ${PROPERTY}/settings`]: "settings.change",
  [`PUT ${PROPERTY}/settings/currency-rates`]: "currency_rates.replace",
  [`POST ${PROPERTY}/settings/currency-rates`]: "currency_rates.add",
  [`POST ${PROPERTY}/anomalies/{id}/dismiss`]: "anomaly.dismiss",
  [`POST ${PROPERTY}/pipeline/run`]: "pipeline.run",
  [`POST ${PROPERTY}/pipeline/compact`]: "pipeline.compact",
  [`POST ${PROPERTY}/pipeline/rebuild`]: "pipeline.rebuild",
  [`POST ${PROPERTY}/erasures`]: "person.erase",
  [`POST ${PROPERTY}/pipeline/dead-letters/replay`]: "dead_letters.replay",
  [`POST ${PROPERTY}/pipeline/dead-letters/discard`]: "dead_letters.discard",
  [`POST ${PROPERTY}/reports/test`]: "reports.test",
  [`POST ${PROPERTY}/overlay`]: "overlay.open",
} as const satisfies Record<string, string>;

/** What users do with their own accounts. Each has an entry in the organizations of the user. */
export type AccountAction =
  | "account.sign_in"
  | "account.password"
  | "account.password_reset"
  | "account.email"
  | "account.two_factor_on"
  | "account.two_factor_off"
  | "account.recovery_codes"
  | "account.delete";

/** Routes with a changing method that change nothing of an organization, and why they have no entry. */
export const UNAUDITED: Record<string, string> = {
  "POST /e": "counts events of visitors",
  "POST /api/events": "counts events",
  "POST /api/v2/query": "reads",
  "POST /api/v2/batch": "reads",
  [`POST ${PROPERTY}/insight/events`]: "reads",
  [`POST ${PROPERTY}/insight/events/{name}`]: "reads",
  [`POST ${PROPERTY}/insight/heatmap`]: "reads",
  [`POST ${PROPERTY}/insight/networks`]: "reads",
  [`POST ${PROPERTY}/insight/rules`]: "reads",
  [`POST ${PROPERTY}/insight/rules/{id}`]: "reads",
  [`POST ${PROPERTY}/insight/vitals`]: "reads",
  "POST /api/overlay/choice": "waits for the form of a rule, which is made by a request of its own",
  "POST /mail/optout": "belongs to the recipient of a mail",
  "POST /api/setup": "makes the first account",
  "POST /api/auth/*": "belongs to one account; see AccountAction",
  "PATCH /api/v1/account": "belongs to one account; see AccountAction",
  "DELETE /api/v1/account": "belongs to one account; see AccountAction",
  "POST /api/v1/account/confirm": "belongs to one account",
  "DELETE /api/v1/account/sessions": "belongs to one account",
  "DELETE /api/v1/account/sessions/{id}": "belongs to one account",
};

interface Route {
  method: string;
  parts: string[];
  action: string;
}

const ROUTES: Route[] = Object.entries(AUDITED).map(([route, action]) => {
  const [method = "", path = ""] = route.split(" ");
  return { method, parts: path.split("/"), action };
});

/** The action of a request, and the last id in its path; null for a request that is no change. */
export function changeIn(method: string, path: string): { action: string; target: string | null } | null {
  const parts = path.split("/");
  const found = ROUTES.find(
    (route) =>
      route.method === method &&
      route.parts.length === parts.length &&
      route.parts.every((part, i) => part.startsWith("{") || part === parts[i]),
  );
  if (!found) return null;
  const at = found.parts.indexOf("{id}");
  return { action: found.action, target: at < 0 ? null : (parts[at] ?? null) };
}

/** An entry as the API shows it. */
export interface AuditEntry {
  id: string;
  /** ISO 8601. */
  at: string;
  actor: { kind: "user" | "key"; id: string; name: string };
  action: string;
  site_id: string | null;
  /** The id of what was changed, in the property or organization. */
  target: string | null;
  network: string | null;
  details: AuditDetails;
}
