// The watch of the cron: silent while it fires, in its place while it does not.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { expectCron, noteCron } from "../../../workers/cron-watch";
import worker from "../../../workers/index";
import { loadRun } from "../../../workers/storage/runs/runs";
import { givenFreshStorage } from "../given";

givenFreshStorage();
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const watched = { ...env, CRON_PATIENCE_MINUTES: "11" } as Cloudflare.Env;
const watch = () => env.CRON_WATCH.getByName("cron");
const alarmAt = () => runInDurableObject(watch(), (_, { storage }) => storage.getAlarm());
const hourlyAt = (now: number) => `compaction-${new Date(now).toISOString().slice(0, 13)}`;

it("waits eleven minutes after each firing", async () => {
  const now = Date.now();
  await noteCron(watched, now);
  expect(await alarmAt()).toBe(now + 11 * MINUTE);
  await noteCron(watched, now + 5 * MINUTE);
  expect(await alarmAt()).toBe(now + 16 * MINUTE);
  // Traffic changes nothing, whatever the time of the last: the clock may have been set back.
  await expectCron(watched, now + 10 * 365 * 24 * 60 * MINUTE);
  await expectCron(watched, now + 10 * MINUTE);
  expect(await alarmAt()).toBe(now + 16 * MINUTE);
});

it("starts what is due where no cron ever fires, also twice, and stops when it fires", async () => {
  // Later than now, so that no alarm goes off by itself; and after :20, when the hourly compaction is due.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2031, 10, 24, 7, 25, 10) });
  await expectCron(watched, Date.now());
  expect(await alarmAt()).toBe(Date.now() + 11 * MINUTE);
  expect(await loadRun(env.DB, hourlyAt(Date.now()))).toBe(null);
  expect(await runDurableObjectAlarm(watch())).toBe(true);
  expect(await loadRun(env.DB, hourlyAt(Date.now()))).not.toBe(null);
  expect(await alarmAt()).toBe(Date.now() + 5 * MINUTE);
  vi.setSystemTime(Date.now() + 5 * MINUTE);
  expect(await runDurableObjectAlarm(watch())).toBe(true);
  const runs = await env.DB.prepare("SELECT id FROM pipeline_runs WHERE id LIKE 'compaction-%'").all();
  expect(runs.results).toHaveLength(1);
  await noteCron(watched, Date.now());
  expect(await alarmAt()).toBe(Date.now() + 11 * MINUTE);
});

it("goes on after a failure", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2031, 10, 25, 7, 25, 10) });
  await noteCron(watched, Date.now() - 20 * MINUTE);
  await env.DB.prepare("ALTER TABLE pipeline_runs RENAME TO runs_away").run();
  try {
    await runDurableObjectAlarm(watch());
    expect(await alarmAt()).toBe(Date.now() + 5 * MINUTE);
  } finally {
    await env.DB.prepare("ALTER TABLE runs_away RENAME TO pipeline_runs").run();
  }
});

it("is told by the Worker's own handlers, and not where it is off", async () => {
  const event = { scheduledTime: Date.now(), cron: "*/5 * * * *", noRetry: () => {} };
  await worker.scheduled(event, { ...env, CRON_PATIENCE_MINUTES: "0" });
  expect(await alarmAt()).toBe(null);
  await worker.scheduled(event, watched);
  expect(await alarmAt()).not.toBe(null);
});
