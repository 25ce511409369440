// The real Worker and hub with counters, with which `npm run bench` measures the cost of an event.
import type { Rollup } from "../../../workers/domain/counts/rollup";
import type { HubBatch } from "../../../workers/domain/visits/hub";
import real, { Analyst as RealAnalyst, PropertyHub as RealHub } from "../../../workers/index";
import { keepHouse as realHousekeeping } from "../../../workers/maintenance/housekeeping";
import { writeCount } from "../../../workers/storage/counts/counts";
import type { CronCost, Filling, Mark, Occurrence } from "../tally";
import { fillDay, heldBy } from "./analysis";
import { compactOnce, fillLake, runOnce } from "./pipeline";
import { countedEnv, settle, tally, watchStorage } from "./watch";

export { CronWatch } from "../../../workers/index";

export class Analyst extends RealAnalyst {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, countedEnv(env));
  }

  override async answer(text: string) {
    tally.analyst_requests += 1;
    return super.answer(text);
  }
}

export class PropertyHub extends RealHub {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    watchStorage(ctx.storage);
    super(ctx, countedEnv(env));
  }

  override async accept(batch: HubBatch) {
    tally.hub_requests += 1;
    const reply = await super.accept(batch);
    tally.events += reply.accepted;
    return reply;
  }

  override async alarm(): Promise<void> {
    tally.hub_requests += 1;
    await super.alarm();
  }
}

const marks: Mark[] = [];

function toRollup({ hours, days }: Filling): Rollup {
  return {
    hours: new Map(hours),
    days: new Map(
      days.map(([dimension, dates]) => [dimension, new Map(dates.map(([date, values]) => [date, new Map(values)]))]),
    ),
  };
}

async function fill(request: Request, env: Cloudflare.Env): Promise<Response> {
  const filling = (await request.json()) as Filling;
  await writeCount(
    env.DB,
    {
      messages: [],
      rollups: new Map([[filling.site_id, toRollup(filling)]]),
      refusals: [],
      origins: { sources: [], late: [] },
    },
    Date.now(),
  );
  return new Response(null, { status: 204 });
}

/** Runs the cron and counts its D1 rows. */
async function keepHouse(env: Cloudflare.Env): Promise<Response> {
  const { d1_rows_written, d1_rows_read } = tally;
  // Noon of tomorrow: all waiting counts are old enough to fold, and no daily task is due.
  const noon = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 43_200_000;
  await realHousekeeping(countedEnv(env), noon);
  return Response.json({
    d1_rows_written: tally.d1_rows_written - d1_rows_written,
    d1_rows_read: tally.d1_rows_read - d1_rows_read,
  } satisfies CronCost);
}

/** Sends events directly to a hub, in calls of the maximum size of collect. */
async function accept(request: Request, env: Cloudflare.Env): Promise<Response> {
  const occurrences = (await request.json()) as Occurrence[];
  const property = { site_id: "memory", timezone: "UTC", address: "truncated" as const };
  const arrivals = occurrences.map(({ address, agent, event }) => ({
    ...event,
    keys: { today: `${address} ${agent}`, yesterday: `${address} ${agent}`, shard: 0 },
    ip: address,
    first_visit: false,
  }));
  return Response.json(await env.HUB.getByName("memory/0").accept({ property, arrivals }));
}

const worker: ExportedHandler<Cloudflare.Env> = {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/bench/marks") return Response.json(marks);
    if (pathname === "/bench/tally") return Response.json(tally);
    if (pathname === "/bench/fill") return fill(request, env);
    if (pathname === "/bench/accept") return accept(request, env);
    if (pathname === "/bench/cron") return keepHouse(env);
    if (pathname === "/bench/lake") return fillLake(request, env);
    if (pathname === "/bench/day") return fillDay(request, env);
    if (pathname === "/bench/held") return heldBy(env, searchParams.get("name") ?? "");
    if (pathname === "/bench/run") return runOnce(env);
    if (pathname === "/bench/compact") return compactOnce(env, searchParams.get("site") ?? "");
    tally.worker_requests += 1;
    return real.fetch(request, countedEnv(env), ctx);
  },

  async queue(batch, env) {
    // A delivery is billed as a request.
    tally.worker_requests += 1;
    tally.deliveries += 1;
    await real.queue(batch, countedEnv(env));
    settle();
    marks.push({ at: Date.now(), tally: { ...tally } });
  },
};
// biome-ignore lint/style/noDefaultExport: a Worker is its module's default export.
export default worker;
