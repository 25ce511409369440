// A run over many properties shares the thread with the screens that somebody looks at meanwhile. `MANY` properties: a run
// over 2,000 let no screen answer for 43 s before it gave way; with turns the slowest of 503 took 0.7 s, the median 38 ms.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { startRun } from "../../../workers/jobs/schedule";
import { countMessages } from "../../../workers/storage/counts/count-messages";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import { aStampedEvent } from "../given-lake";
import { untilEnded } from "./given-pipeline";

givenFreshStorage();

const MANY = 120;
const AT_ONCE = 40;

it("screens answer while a run goes over many properties", async () => {
  const sites: string[] = [];
  while (sites.length < MANY) {
    const made = await Promise.all(Array.from({ length: AT_ONCE }, () => givenProperty()));
    sites.push(...made.map(({ site_id }) => site_id));
    const messages = made.map(({ site_id }) => ({
      ...{ kind: "stamped" as const, id: crypto.randomUUID(), site_id, refusals: {} },
      events: Array.from({ length: 5 }, () => aStampedEvent(site_id, Date.now())),
    }));
    await countMessages(messages, env);
  }
  const key = await givenKey();
  let isOver = false;
  const times: number[] = [];
  const looks = (async () => {
    while (!isOver) {
      const start = performance.now();
      const reply = await call("GET", `/api/v1/properties/${sites[7]}/pipeline`, { key });
      expect(reply.status).toBe(200);
      await reply.text();
      times.push(performance.now() - start);
      await scheduler.wait(20);
    }
  })();
  const start = performance.now();
  const { run_id } = await startRun(env, "cron", Date.now());
  const ended = await untilEnded(run_id!);
  isOver = true;
  const took = performance.now() - start;
  const answers = times.length;
  await looks;
  expect(ended.status).toBe("done");
  // A count, not a time: without turns there was one answer, and then none until the run had ended.
  const sorted = times.sort((one, other) => one - other).map(Math.round);
  console.log(`${MANY} properties in ${Math.round(took)} ms: ${answers} screens, the slowest in ${sorted.at(-1)} ms`);
  expect(answers).toBeGreaterThan(5);
});
