// The real hub with a crowd of visitors, whom this Worker makes itself, and a queue that adds up what the hub says of them.
import { bitFor, DAY_BIT } from "../../../workers/domain/events/catalog";
import { readMessage } from "../../../workers/domain/visits/message";
import { unpackEvent } from "../../../workers/domain/visits/packed";
import real, { PropertyHub as RealHub } from "../../../workers/index";
import { addTo, type CrowdPlan, type Sums, type View, viewsOf } from "../crowd";

/** By message: one that is sent again is the same. */
const messages: Record<string, Sums> = {};

function sumsOf(body: unknown): [id: string, sums: Sums] {
  const message = readMessage(body);
  if (message.kind !== "stamped") throw new Error("hub does not answer");
  const sums: Sums = {};
  for (const event of message.events) {
    const { local_date: date, visit_date, firsts, page, country } = event;
    const has = (bit: number): number => (Math.floor(firsts / bit) % 2 === 1 ? 1 : 0);
    addTo(sums, `${date} pageviews`, 1);
    addTo(sums, `${date} visitors`, has(DAY_BIT));
    addTo(sums, `${date} page ${page}`, has(bitFor("page")));
    addTo(sums, `${date} country ${country}`, has(bitFor("country")));
    addTo(sums, `${visit_date} visits`, event.new_visit);
    addTo(sums, `${visit_date} bounces`, event.bounce_delta);
    addTo(sums, `${visit_date} seconds`, event.duration_delta);
    addTo(sums, `${visit_date} exit ${event.exit_page}`, event.exit_gained);
    if (event.exit_before !== null) addTo(sums, `${visit_date} exit ${event.exit_before}`, event.exit_lost);
  }
  return [message.id, sums];
}

const EVENTS = {
  send: async (body: unknown) => {
    const [id, sums] = sumsOf(body);
    messages[id] = sums;
  },
} as unknown as Queue;

export class PropertyHub extends RealHub {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, { ...env, EVENTS });
  }

  die(): void {
    this.ctx.abort("crowd: the hub dies");
  }
}

/** As much as a record has on a real site. */
const toArrival = ({ id, visitor, time, page, country }: View) => ({
  ...unpackEvent([]),
  event_id: id,
  event_type: "pageview" as const,
  name: "pageview",
  event_time: time,
  received_at: time,
  hostname: "www.example.com",
  page,
  title: `Title of ${page}`,
  source: ["Google", "Bing", null][visitor % 3]!,
  referrer: visitor % 3 < 2 ? `www.example.org/some/article/${visitor % 5_000}` : null,
  channel: visitor % 3 < 2 ? "Organic Search" : "Direct",
  utm_source: "newsletter",
  utm_campaign: `campaign-of-the-week-${visitor % 52}`,
  device: "Desktop",
  browser: "Chrome",
  browser_version: String(100 + (visitor % 40)),
  os: "Windows",
  os_version: "10+",
  screen: "1920x1080",
  language: "en",
  country,
  region: `Region ${visitor % 26}`,
  city: `City ${visitor % 4_000}`,
  network: `Provider number ${visitor % 500}`,
  asn: visitor % 500,
  network_type: "isp",
  address: `10.${visitor >> 16}.${(visitor >> 8) & 255}.${visitor & 255}`,
  agent:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  first_visit: false,
});

const worker: ExportedHandler<Cloudflare.Env> = {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/crowd/")) return real.fetch(request, env, ctx);
    const hub = env.HUB.getByName("crowd/0");
    if (pathname === "/crowd/die") {
      await (hub as unknown as { die(): Promise<void> }).die().catch(() => undefined);
      return new Response(null, { status: 204 });
    }
    if (pathname === "/crowd/messages") {
      await hub.flush();
      return Response.json(messages);
    }
    const { plan, from, to } = (await request.json()) as { plan: CrowdPlan; from: number; to: number };
    const property = { site_id: "crowd", timezone: "UTC", address: "truncated" as const };
    for (let step = from; step < to; step += 1)
      await hub.accept(JSON.stringify({ property, arrivals: viewsOf(plan, step).map(toArrival) }));
    return new Response(null, { status: 204 });
  },
};
// biome-ignore lint/style/noDefaultExport: a Worker is its module's default export.
export default worker;
