// What visitors of the fault test do: events with everything that may be in them, by chance.
import type { Sighting } from "../../workers/domain/events/event";
import { EVENT_TYPES, type EventType } from "../../workers/domain/events/measurement";
import type { Sent } from "./recount";

export interface Chance {
  /** From 0 to below 1. */
  random: () => number;
  pick: <T>(list: readonly T[]) => T;
}

const PAGES = ["/", "/pricing", "/blog/a?b", "/🦊", '/it\'s "quoted"; DROP TABLE receipts', "__proto__", null];
const SOURCES = ["Google", "news.example", "constructor", null];
const COUNTRIES = ["CH", "IN", "US", null];

const TYPES: EventType[] =
  "pageview pageview pageview engagement outbound form_submit custom web_vital heatmap field_focus rule rule_view rule_seen"
    .split(" ")
    .map((type) => type as EventType);

/** What an event of a kind tells besides its dimensions. */
function nextProps(world: Chance, type: EventType): Record<string, string | number | boolean> | null {
  const some = (below: number) => Math.floor(world.random() * below);
  const cells = () =>
    Array.from(
      { length: some(4) },
      (_, i) => `${(6 * i + some(6)).toString(36)},${some(250).toString(36)},${(1 + some(99)).toString(36)}`,
    );
  if (type === "custom")
    return world.random() < 0.6 ? { plan: world.pick(["pro", "free", "ünïcode 🦊"]), "a'b": some(3) } : null;
  if (type === "rule" || type === "rule_view") return world.random() < 0.7 ? { text: "Buy now", sku: some(3) } : null;
  if (type === "form_submit") return world.random() < 0.5 ? { form: "signup", secret: true } : null;
  if (type === "field_focus") return { form: world.pick(["signup", "news"]), field: world.pick(["email", "name"]) };
  if (type === "web_vital")
    return {
      metric: world.pick(["LCP", "CLS"]),
      value: world.random() ** 3 * 5000,
      rating: world.pick(["good", "poor"]),
    };
  if (type !== "heatmap") return null;
  const from = some(100);
  return {
    width: world.pick(["phone", "desktop"]),
    clicks: cells().join(";"),
    moves: cells().join(";"),
    ...(world.random() < 0.5 ? { from } : {}),
    to: from + some(100 - from),
  };
}

/** A visitor's next event. Address and agent stand for the person. */
export function nextEvent(
  world: Chance,
  person: number,
  time: number,
  number: number,
): { arrival: Sighting; sent: Sent } {
  const { pick } = { pick: <T>(list: readonly T[]) => world.pick(list) };
  const type = pick(TYPES);
  const page = pick(PAGES);
  const name = type === "custom" ? pick(["Signup", "__proto__", "toString"]) : type;
  const scroll = type === "engagement" && world.random() < 0.7 ? Math.floor(world.random() * 100) : null;
  const scrollBefore = scroll !== null && world.random() < 0.4 ? Math.floor(world.random() * scroll) : null;
  const engaged = type === "engagement" ? Math.floor(world.random() * 60_000) : 0;
  const visit = {
    source: pick(SOURCES),
    referrer: pick([null, "news.example/today"]),
    channel: pick(["Direct", "Organic Search", null]),
    utm_source: pick([null, "spring"]),
    utm_medium: pick([null, "email"]),
    utm_campaign: pick([null, "c1", "c2"]),
    utm_term: null,
    utm_content: pick([null, "x"]),
    device: pick(["Desktop", "Mobile"]),
    browser: pick(["Chrome", "Firefox", null]),
    browser_version: pick(["141", "142"]),
    os: pick(["Windows", "Android"]),
    os_version: null,
    screen: pick(["1920x1080", "390x844"]),
    language: pick(["en", "de"]),
    country: pick(COUNTRIES),
    region: null,
    city: pick(["Zürich", "Pune", null]),
    network: pick(["Swisscom", null]),
    // Of the person, not of the event: an address is in one network.
    network_type: ["isp", "hosting", "business", null][person % 4] ?? null,
  };
  const props = nextProps(world, type);
  const href = world.random() < 0.5 ? "https://other.example/list.pdf" : null;
  const rule = type.startsWith("rule") ? pick(["rule-1", "rule-2", "__proto__"]) : null;
  const button = ["outbound", "form_submit", "custom"].includes(type) ? pick(["buy", "help", "__proto__", null]) : null;
  const event_id = `event-${number}`;
  const hostname = pick(["shop.example", "www.shop.example"]);
  const arrival: Sighting = {
    ...visit,
    asn: null,
    event_id,
    event_type: type,
    name,
    event_time: time,
    received_at: time,
    hostname,
    page,
    title: "Title",
    button_id: button,
    selector: null,
    rule,
    href,
    props,
    revenue_amount: null,
    revenue_currency: null,
    user_id: null,
    session_id: null,
    engaged_ms: engaged || null,
    scroll_depth: scroll,
    scroll_before: scrollBefore,
    view_id: null,
    interactive: null,
    address: `192.0.2.${person}`,
    agent: "Agent",
    first_visit: true,
  };
  const { interactive } = EVENT_TYPES[type];
  const sent: Sent = {
    event_id,
    type,
    interactive,
    time,
    person: String(person),
    event: { name, page, hostname, rule, button_id: button },
    visit,
    page,
    engaged,
    scroll,
    scrollBefore,
    props,
    href,
  };
  return { arrival, sent };
}
