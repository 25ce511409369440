// Texts of the settings: one object per section.
import type { AccountAction } from "../../../workers/domain/properties/audit";
export const words = {
  title: "Settings",
  back: "← Overview",
  loadFailed: "The settings could not be loaded.",
  sections: {
    general: "General",
    streams: "Data streams",
    pages: "Pages",
    privacy: "Privacy",
    retention: "Retention",
    alerts: "Alerts",
    reports: "Reports",
    keys: "API keys",
    audit: "Audit log",
    refusals: "Excluded events",
  },
} as const;

export const general = {
  /** The site ID follows. */
  note: "A new time zone applies to new data only. Site ID: ",
  deleteTitle: "Delete this property",
  deleteHint: "Removes its reports, raw data and API keys. This can’t be undone.",
  delete: "Delete…",
  deleteName: (name: string): string => `Delete ${name}`,
  deleteWarning: "All data of this property is permanently deleted.",
  typeToConfirm: (name: string): string => `Type “${name}” to confirm`,
  typeExactly: (name: string): string => `Type ${name} exactly as shown.`,
  deleteForGood: "Delete permanently",
} as const;

export const publicNumbers = {
  title: "Public live numbers",
  counter: "Public visitor counter",
  counterHint: "Shows visitors and page views of the last 5 and 30 minutes. No other data is public.",
  badge: "Badge",
  badgeAlt: "Visitors right now",
  json: "JSON URL",
} as const;

export const streams = {
  tag: "The tag",
  none: "No data streams yet",
  noneHint: "Browser events are counted only for websites with a data stream.",
  add: "Add a data stream",
  addButton: "Add",
  new: "New data stream",
  remove: "Remove",
  removeConfirm: "Click again to remove",
} as const;

export const pages = {
  slash: "Trailing slash",
  slashes: {
    keep: { label: "Keep", hint: "/blog and /blog/ are two pages." },
    strip: { label: "Remove", hint: "/blog and /blog/ are one page, shown as /blog." },
  },
  parameters: "Query parameters that belong to the page",
  parametersHint:
    "One name per line, up to ten. With id, /item?id=1 and /item?id=2 are two pages. All others are dropped.",
  note: "Changes apply to new data only.",
} as const;

export const privacy = {
  addressStorage: "IP address storage",
  addressStorages: {
    truncated: {
      label: "Truncated",
      hint: "Stores the network only: drops the last byte of IPv4 and 80 bits of IPv6.",
    },
    none: { label: "None", hint: "Stores no part of the address." },
    full: { label: "Full", hint: "Personal data in most countries. You must inform your visitors." },
  },
  returning: "Recognize returning visitors",
  returningHint:
    "Stores an ID in the visitor’s browser (local storage, no cookie). Many countries require consent; the tracker can wait for it.",
  dnt: "Respect Do Not Track and Global Privacy Control",
  dntHint: "Visitors who send either signal are not counted.",
  subdomains: "Count subdomains",
  subdomainsHint: "Off: only the exact hosts of the data streams count, with or without www.",
  withoutKey: "Events sent without an API key",
  withoutKeyHint: "Anyone can call POST /api/events without a key and make these up. The tag needs none of them.",
  withoutKeyFields: {
    user_id: { label: "User IDs", hint: "The field user_id, and identify events." },
    revenue: { label: "Revenue", hint: "The field revenue." },
    measurements: {
      label: "Measurements",
      hint: "Events such as web_vital, heatmap, js_error, click and download, if their measurement is on.",
    },
  },
  addresses: "Excluded IP addresses",
  addressesHint: "One per line; ranges like 203.0.113.0/24.",
  pages: "Excluded pages",
  pagesHint: "One path per line; * matches any text, as in /admin/*",
} as const;

export const retention = {
  lead: "Leave a field empty to keep data forever. Expired data is permanently deleted once a day. New properties keep events for 760 days (25 months) and reports for 1,825 days (5 years).",
  forever: "Forever",
  fields: {
    events_days: {
      label: "Keep events for (days)",
      hint: "Raw data in the lake. Reports can’t be rebuilt without it.",
    },
    rollups_days: {
      label: "Keep reports for (days)",
      hint: "Aggregated counts. They don’t identify anyone.",
    },
    addresses_days: {
      label: "Keep full IP addresses for (days)",
      hint: "Then they are truncated. Applies only if full addresses are stored.",
    },
    dead_letters_days: {
      label: "Keep dead letters for (days)",
      hint: "Messages that could not be counted. They never outlive events, nor full addresses where these are stored.",
    },
  },
  saved: "Saved. Takes effect at 05:00 UTC.",
  erase: {
    title: "Erase a user",
    field: "user_id",
    /** "Deletes every event sent with this user_id …" */
    lead: {
      before: "Deletes every event sent with this ",
      after:
        ", and everything else that is stored about the user: IP addresses, dead letters, live data, and copies of replaced files. This can’t be undone. Visitors without a user ID can’t be erased with this tool.",
    },
    fieldHint: "Exactly as your site or server sends it.",
    button: "Erase…",
    confirm: "Click again to erase permanently",
    started:
      "Started. Processed events are erased now, recent events after about half an hour. The run lists what was removed from each place, and is done only when nothing is left.",
    notReached:
      "Cloudflare’s own backups of the database (Time Travel) and of Durable Objects keep the data for up to 30 days. Copies that you made yourself are not erased.",
    seeRun: "See the run",
  },
} as const;

export const alerts = {
  detect: "Detect anomalies",
  detectHint: "Compares every hour and day with the same hours of the past six weeks. Results appear under Anomalies.",
  sensitivity: "Sensitivity",
  sensitivities: {
    low: { label: "Low", hint: "Only extreme changes." },
    standard: { label: "Standard", hint: "Usually less than one false alert per month." },
    high: { label: "High", hint: "Includes small changes; more false alerts." },
  },
  minimumChange: "Minimum change (%)",
  minimumChangeHint: "Smaller changes never trigger an alert.",
  thresholds: "Custom hourly thresholds",
  thresholdsHint: "Alerts you when an hour crosses the threshold. Leave empty to disable.",
  metric: "Metric",
  below: "Below",
  above: "Above",
  inPercent: " (%)",
  noThreshold: "none",
  alertBelow: (metric: string): string => `${metric}, alert below`,
  alertAbove: (metric: string): string => `${metric}, alert above`,
  saved: "Saved. Takes effect with the next hour.",
} as const;

export const reports = {
  recipients: "Recipients",
  recipientsHint: "One address per line, up to ten. Cloudflare only delivers to addresses verified in your account.",
  recipientExample: "you@example.com",
  weekly: "Weekly report",
  weeklyHint: "Every Monday: key metrics, changes, top pages and sources, forecast.",
  monthly: "Monthly report",
  monthlyHint: "The same on the first of each month.",
  anomalies: "Anomalies",
  anomaliesHint: "When a metric changes unexpectedly. Sent once per anomaly.",
  runs: "Pipeline runs",
  runSummaries: {
    failures: { label: "Failures only", hint: "Sent immediately, with the error." },
    daily: { label: "Once a day", hint: "One message with all runs of the day." },
    every: { label: "Every run with data", hint: "Up to twelve messages per hour." },
  },
} as const;

export const webhook = {
  title: "Webhook",
  lead: "Posts every message as JSON too, signed with a secret (HMAC-SHA-256).",
  url: "URL",
  urlHint: "Must use https. Leave empty to disable. Changing the URL creates a new secret.",
  urlExample: "https://example.com/hook",
  save: "Save webhook",
  secret: "Webhook secret",
  copySecret: "Copy the signing secret now. It won’t be shown again.",
} as const;

export const sent = {
  title: "Sent messages",
  sendTest: "Send a test",
  preview: (kind: string): string => `Preview: ${kind.toLowerCase()}`,
  tested: (sent: number, failed: number): string =>
    [
      ...(sent > 0 ? [`Sent to ${sent}.`] : []),
      ...(failed > 0 ? [`${failed} could not be sent. See the list for details.`] : []),
    ].join(" ") || "Not sent: all recipients have unsubscribed.",
  loadFailed: "The list could not be loaded.",
  none: "No messages yet. The first report is sent after the first full week.",
  webhookAt: (host: string): string => `webhook at ${host}`,
  about: (kind: string, recipient: string, ago: string): string => `${kind} · ${recipient} · ${ago}`,
  states: { queued: "Waiting", sending: "Sending", sent: "Sent", failed: "Failed" },
  kinds: {
    run_summary: "Run summary",
    failure: "Failure",
    anomaly: "Anomaly",
    capacity: "Capacity",
    weekly_report: "Weekly report",
    monthly_report: "Monthly report",
  },
} as const;

export const keys = {
  newKey: "New API key",
  name: "Name",
  nameHint: "For example, the service that uses the key.",
  permissions: "Permissions",
  scopes: {
    stats: { label: "Read", hint: "Query reports and live data." },
    ingest: { label: "Send", hint: "Send events from servers and apps, and import past data." },
    manage: { label: "Manage", hint: "Change the property, its data streams and API keys." },
  },
  noPermission: "Choose at least one permission.",
  create: "Create API key",
  copyNow: "Copy the key now. It won’t be shown again.",
  key: (name: string): string => `API key ${name}`,
  active: "Active keys",
  none: "No API keys for this property. Servers and other programs need one; the tag on your pages doesn’t.",
  allProperties: "Keys for all properties",
  loadFailed: "The keys could not be loaded.",
  /** Follows the first characters of the key. */
  about: (
    scopes: readonly string[],
    {
      ago,
      creator,
      used,
      expires,
    }: { ago: string; creator: string | null; used: string | null; expires: string | null },
  ): string =>
    [
      "",
      scopes.join(", "),
      creator === null ? `created ${ago}` : `created ${ago} by ${creator}`,
      used === null ? "never used" : `last used ${used}`,
      ...(expires === null ? [] : [`expires ${expires}`]),
    ].join(" · "),
  expires: "Expires",
  expiries: { never: "Never", month: "In 30 days", quarter: "In 90 days", year: "In a year" },
  deleteHint: "Deleting a key also deletes the keys that it created.",
  deleteKey: (name: string): string => `Delete API key ${name}`,
} as const;

/** The verbs of the audit log's actions, in the past. */
const PAST: Record<string, string> = {
  create: "created",
  change: "changed",
  delete: "deleted",
  replace: "replaced",
  add: "added",
  dismiss: "dismissed",
  run: "started",
  compact: "compacted",
  rebuild: "rebuilt counts with",
  erase: "erased",
  replay: "replayed",
  discard: "discarded",
  upload: "uploaded",
  open: "opened",
  test: "tested",
};
const THINGS: Record<string, string> = {
  property: "a property",
  stream: "a data stream",
  rule: "a rule",
  goal: "a goal",
  segment: "a segment",
  annotation: "an annotation",
  funnel: "a funnel",
  key: "an API key",
  settings: "settings",
  anomaly: "an anomaly",
  pipeline: "the pipeline",
  person: "a person",
  import: "an import",
  overlay: "the overlay",
  path_groups: "page groups",
};

/** What users did with their own accounts. */
const OWN: Record<string, string> = {
  "account.sign_in": "signed in",
  "account.password": "changed their password",
  "account.password_reset": "set a new password with a link",
  "account.email": "changed their email address",
  "account.two_factor_on": "turned on two-factor authentication",
  "account.two_factor_off": "turned off two-factor authentication",
  "account.recovery_codes": "created new recovery codes",
  "account.delete": "deleted their account",
} satisfies Record<AccountAction, string>;

export const audit = {
  lead: "Who signed in, and who changed what in this organization. Entries are kept for a year.",
  allProperties: "Show all properties",
  loadFailed: "The audit log could not be loaded.",
  none: "No changes yet.",
  more: "Show more",
  actor: ({ kind, name }: { kind: "user" | "key"; name: string }): string =>
    kind === "key" ? `API key ${name || "(deleted)"}` : name || "A deleted user",
  /** `action` is the API's: `stream.change`. */
  did: (actor: string, action: string): string => {
    if (OWN[action]) return `${actor} ${OWN[action]}`;
    const [thing = "", verb = ""] = action.split(".");
    const past = PAST[verb] ?? verb;
    return `${actor} ${past} ${(THINGS[thing] ?? thing).replaceAll("_", " ")}`;
  },
  network: (network: string): string => `network ${network}`,
} as const;

export const excluded = {
  lead: "Events received in the last 7 days that were excluded on purpose. They don’t appear in any report.",
  reason: "Reason",
  loadFailed: "The reasons could not be loaded.",
  none: "No excluded events. Everything received was counted.",
} as const;
