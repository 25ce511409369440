// A plain recount of details: of events with props, pages and links, of rules, web vitals,
// heatmaps, and of what organizations read. As recount.ts, it uses
// no code of the domain.
import type { Sent } from "./recount";

type Detail = [dimension: string, value: string, events: number];

/** The props that are told of each kind; `*` for all. */
const TOLD: Record<string, string> = {
  custom: "*",
  rule: "*",
  rule_view: "*",
  form_submit: "form href",
  outbound: "href",
  download: "href",
  click: "tag id classes text href",
  field_focus: "form field",
};

function vitals({ props, page }: Sent, device: string): Detail[] {
  const { metric, value, rating } = props as { metric: string; value: number; rating: string };
  const bucket = Math.floor(Math.log(Math.max(value, 0.0001)) / Math.log(1.05));
  return [[`vital/${metric}`, `${page ?? "(none)"}\n${device}\t${bucket}\n${rating}`, 1]];
}

function heat({ props, page }: Sent): Detail[] {
  const { width, clicks = "", moves = "", from, to } = props as Record<string, string> & { from?: number; to: number };
  const at = `${page ?? "(none)"}\n${width}`;
  const details: Detail[] = [];
  for (const [of, text] of Object.entries({ click: clicks, move: moves })) {
    const cells = text.split(";").filter((cell) => cell !== "");
    const counts = cells.map((cell) => cell.split(",").map((digits) => Number.parseInt(digits, 36)));
    for (const [column, row, count] of counts) details.push([`heat/${of}`, `${at}\t${column},${row}`, count!]);
    if (cells.length > 0)
      details.push(["heat/page", `${at}\t${of}s`, counts.reduce((sum, [, , count]) => sum + count!, 0)]);
  }
  for (let percent = 5; percent <= 100; percent += 5)
    if (to >= percent && (from ?? 0) < percent) details.push(["heat/reach", `${at}\t${percent}`, 1]);
  if (from === undefined) details.push(["heat/page", `${at}\tviews`, 1]);
  return details;
}

function rules({ props, href, page, event: { rule } }: Sent, device: string): Detail[] {
  return [
    ["rule_page", `${rule}\n${page ?? "(none)"}`, 1],
    ["rule_text", `${rule}\n${props?.text ?? ""}\n${href ?? ""}`, 1],
    ["rule_device", `${rule}\n${device}`, 1],
  ];
}

/** By the network of the visit, whose first event knows it: an address is in one network. */
function networks({ page }: Sent, { network, network_type }: Sent["visit"]): Detail[] {
  const isOrganization = ["business", "education", "government"].includes(network_type ?? "");
  return network && page !== null && isOrganization ? [["network/page", `${network}\t${page}`, 1]] : [];
}

export function detailsOf(sent: Sent, visit: Sent["visit"]): Detail[] {
  const device = visit.device ?? "(unknown)";
  if (sent.type === "pageview") return networks(sent, visit);
  if (sent.type === "web_vital") return vitals(sent, device);
  if (sent.type === "heatmap") return heat(sent);
  if (sent.type === "rule_seen") return [["rule_seen_page", `${sent.event.rule}\n${sent.page ?? "(none)"}`, 1]];
  const told = TOLD[sent.type];
  if (told === undefined) return [];
  const { name } = sent.event;
  const all: Record<string, unknown> = { ...sent.props, ...(sent.href === null ? {} : { href: sent.href }) };
  const keys = told === "*" ? Object.keys(sent.props ?? {}) : told.split(" ").filter((key) => key in all);
  const details = keys.map((key): Detail => [`prop/${name}`, `${key}\n${all[key]}`, 1]);
  if (sent.type === "field_focus") details.push([`prop/${name}`, `form field\n${all.form}\n${all.field}`, 1]);
  const own: Detail[] = [[`event_page/${name}`, sent.page ?? "(none)", 1], ...details];
  return sent.type.startsWith("rule") ? [...own, ...rules(sent, device)] : own;
}
