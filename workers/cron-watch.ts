// Watches the cron: triggers have been reported never to fire on some accounts. One Durable Object with an alarm hears of
// every firing and, when one is missing, starts what was due itself.

import { DurableObject } from "cloudflare:workers";
import { onCron } from "./cron";
import { describeError } from "./domain/requests/describe-error";
import { CRON_MINUTES } from "./domain/runs/tasks";

const MINUTE = 60_000;
const EVERY = CRON_MINUTES * MINUTE;
const NAME = "cron";

type WatchEnv = Pick<Cloudflare.Env, "CRON_WATCH" | "CRON_PATIENCE_MINUTES">;

/** How long (ms) a firing may be overdue; 0 where nobody watches. */
const patienceOf = ({ CRON_PATIENCE_MINUTES }: WatchEnv): number =>
  Math.max(0, Number(CRON_PATIENCE_MINUTES) || 0) * MINUTE;

export class CronWatch extends DurableObject<Cloudflare.Env> {
  /** The cron has fired. The next firing may be `patience` ms away. */
  async heard(now: number, patience: number): Promise<void> {
    this.ctx.storage.kv.put("heard", now);
    this.ctx.storage.kv.delete("missed");
    await this.ctx.storage.setAlarm(now + patience);
  }

  /** Something happened in the account: from now on the cron is expected. */
  async expect(now: number, patience: number): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(now + patience);
  }

  /** Nothing was heard for as long as the patience is: starts what is due, and goes on in the cron's place. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    const missed = (this.ctx.storage.kv.get<number>("missed") ?? 0) + 1;
    this.ctx.storage.kv.put("missed", missed);
    await this.ctx.storage.setAlarm(now + EVERY);
    const heard = this.ctx.storage.kv.get<number>("heard");
    const since = heard === undefined ? "ever" : `since ${new Date(heard).toISOString()}`;
    console.warn(`cron has not fired ${since}; what was due is started without it (${missed})`);
    // Ids contain the time that it was due, so a cron that fires after all starts nothing twice.
    await onCron(this.env, now - (now % EVERY)).catch((error) =>
      console.error("watch of the cron could not start all", describeError(error)),
    );
  }
}

/** For the cron itself. It must not fail for want of its watch. */
export async function noteCron(env: WatchEnv, now: number): Promise<void> {
  const patience = patienceOf(env);
  if (patience === 0) return;
  await env.CRON_WATCH.getByName(NAME)
    .heard(now, patience)
    .catch((error) => console.error("watch of the cron did not hear of it", describeError(error)));
}

let asked = 0;

/** For the queue's consumer, which runs wherever there is traffic, with or without a cron: at most once in five minutes. */
export async function expectCron(env: WatchEnv, now: number): Promise<void> {
  const patience = patienceOf(env);
  if (patience === 0 || Math.abs(now - asked) < EVERY) return;
  asked = now;
  await env.CRON_WATCH.getByName(NAME)
    .expect(now, patience)
    .catch((error) => console.error("watch of the cron could not be set", describeError(error)));
}
