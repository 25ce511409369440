// Rebuild under faults: killed before and after every effect by chance, while messages, folds and runs go on; at the end
// what D1 counts is what the lake says.
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { countedIdsOf } from "../../../workers/domain/counts/suspects";
import { addToTechstack, emptyTechstack, techstackRows, toCube } from "../../../workers/domain/counts/techstack";
import { addDays } from "../../../workers/domain/time/zone";
import { rebuildDay } from "../../../workers/maintenance/rebuild";
import { rebuild } from "../../../workers/maintenance/rebuild-tasks";
import { foldPending } from "../../../workers/storage/counts/pending";
import { breakable, byChance, chance, stubborn } from "../chance";
import { deliverLetters, givenHeldQueue, lakeRows } from "../downstream";
import { givenFreshStorage, givenProperty } from "../given";
import { givenCapsOfSeed } from "../given-caps";
import { eventsOf } from "../given-lake";

import { expectTrue, FIRST, givenTraffic, lastFile, processRaw, rawRows, spoil, ZONE } from "./given-days";

givenFreshStorage();
const queue = givenHeldQueue();

const SEED = Number(env.FAULT_SEED);
const ROUNDS = Math.ceil(Number(env.FAULT_ROUNDS ?? 200) / 16);

it(`rebuilds under ${ROUNDS} rounds of faults, with messages, folds and runs in between, end true (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const random = chance(SEED);
  // A day is read from dozens of objects: were each read as likely to fail as the rest, no recount would come to its end.
  // Stamping a day again has thirty effects in one step: with a fifth of them failing, a thousand tries were not enough.
  const odds = (name: string) => (name === "get" ? 0.01 : 0.1);
  let faults = 0;
  const broken = breakable(
    byChance(random, odds, () => {
      faults += 1;
    }),
  );
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  const days = [0, 1, 2, 3].map((n) => addDays(FIRST, n));
  await givenCapsOfSeed(site_id, SEED);
  await givenTraffic(property, queue, random, ROUNDS * 16);
  const waiting = queue.letters.splice(0);
  const deliver = async () => {
    const letters = waiting.splice(0, 2);
    const acknowledged = await deliverLetters(letters, "trackkit-events", broken).then(
      ({ explicitAcks }) => explicitAcks,
      // Folding failed: the whole batch comes again.
      () => [] as string[],
    );
    // Some come again although they were acknowledged.
    waiting.push(...letters.filter(({ id }) => !acknowledged.includes(id) || random() < 0.2));
  };
  let rebuilt = 0;
  let failed = 0;
  for (let round = 0; round < ROUNDS || waiting.length > 0; round += 1) {
    const day = days[Math.floor(random() * days.length)]!;
    if (round < ROUNDS && random() < 0.5) await spoil(site_id, day);
    const last = await lastFile();
    const work: Promise<unknown>[] = [deliver(), deliver()];
    const rebuilding = rebuildDay(broken, site_id, ZONE, day, Date.now()).then(
      () => {
        rebuilt += 1;
      },
      () => {
        failed += 1;
      },
    );
    work.push(rebuilding);
    if (random() < 0.3) work.push(rebuildDay(broken, site_id, ZONE, day, Date.now()));
    if (random() < 0.3) work.push(foldPending(broken.DB, countedIdsOf(site_id)));
    if (random() < 0.3) work.push(processRaw(site_id, last));
    await Promise.allSettled(work);
  }
  const params = { kind: "rebuild", site_id, due: Date.now(), from: days[0]!, to: days.at(-1)! } as const;
  const report = await rebuild(broken, stubborn(), params, "rebuild-test");
  await expectTrue(site_id);
  expect(report).toMatchObject({ site_id, days: 4, from: days[0], to: days.at(-1) });
  // The tables of the pipeline have the raw objects up to the watermark, and no more.
  const position = await env.DB.prepare("SELECT max(position) AS n FROM watermarks").first<number>("n");
  const techstack = emptyTechstack();
  // Events that were stamped again have moved to objects of another zone.
  const waitingIds = new Set((await rawRows(site_id, position ?? 0, await lastFile())).map(({ event_id }) => event_id));
  for (const event of await eventsOf(site_id)) if (!waitingIds.has(event.event_id)) addToTechstack(techstack, event);
  const sums = toCube(techstackRows(techstack)).reduce(
    (sum, { visitors, events }) => [sum[0]! + visitors, sum[1]! + events],
    [0, 0],
  );
  const kept = await env.DB.prepare(
    "SELECT sum(visitors) AS visitors, sum(events) AS events FROM techstack_days",
  ).first();
  expect([kept!.visitors, kept!.events]).toEqual(sums);
  console.log(
    `rebuild: seed ${SEED}, ${ROUNDS} rounds, ${(await lakeRows(site_id)).length} rows, ${faults} faults, ${rebuilt} rebuilds done and ${failed} killed meanwhile`,
  );
});
