// Erasure from dead letters: whose an event without a user is, on a browser that several users share.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { StoredNames } from "../../../durable-objects/stored-names";
import { deadLetterKey } from "../../../workers/domain/lake/keys";
import { addDays } from "../../../workers/domain/time/zone";
import { shardName } from "../../../workers/domain/visits/hub";
import { erase } from "../../../workers/maintenance/erasure/erase";
import { keepDeadLetter } from "../../../workers/storage/lake/dead-letters";
import { personOfUser } from "../../../workers/storage/visitors/person";
import { anEvent, sendEvents } from "../beacons";
import { Chaos } from "../chaos";
import { countAll, givenHeldQueue, mainHub } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty } from "../given";
import { aStampedEvent, givenLoaded, givenMessage } from "../given-lake";

givenFreshStorage();
const queue = givenHeldQueue();

const utc = { timezone: "UTC" };
const TODAY = new Date().toISOString().slice(0, 10);
const noonOf = (daysAgo: number) => Date.parse(addDays(TODAY, -daysAgo)) + 12 * 3_600_000;

function plainSteps() {
  const chaos = new Chaos(1);
  chaos.odds = 0;
  return chaos.steps(new Map());
}

it("erasure takes an unnamed arrival from a dead letter if the user was named last before it", async () => {
  const { site_id } = await givenProperty("organization", utc);
  const [ada, bob] = ["ada", "bob"].map((user) => personOfUser(site_id, user)) as [string, string];
  const letter = async (id: string, arrivals: object[]) => {
    const body = { kind: "unstamped", hub: `${site_id}/0`, batch: { property: { site_id }, arrivals } };
    await keepDeadLetter(env, { id, site_id, key: deadLetterKey(id), reason: "r", failed_at: 1, events: 9, body });
  };
  const arrival = (browser: string, hour: number, user: string | null = null) => ({
    event_id: `${browser} ${hour} ${user ?? "unnamed"}`,
    user_id: user,
    by_page: true,
    stored: { id: `s_${browser}`, made: "", isNew: false },
    event_time: noonOf(3) + hour * 3_600_000,
  });
  const seen: [browser: string, hour: number, user: string][] = [
    ...([1, 5, 9].map((hour) => ["shared", hour, "ada"]) as [string, number, string][]),
    ["shared", 3, "bob"],
    ["shared", 11, "bob"],
    ["hers", 4, "ada"],
    ["his", 4, "bob"],
  ];
  const inLake = seen.filter(([browser, hour]) => browser !== "shared" || hour !== 11);
  for (const [browser, hour, user] of inLake)
    await givenMessage(site_id, [
      aStampedEvent(site_id, noonOf(3) + hour * 3_600_000, {
        ...{ event_id: `lake ${browser} ${hour}`, user_id: user, visitor_id: user === "ada" ? ada : bob },
        ...{ person_id: user === "ada" ? ada : bob, own: { person_id: `s_${browser}` } },
      }),
    ]);
  await givenLoaded(site_id);
  const unnamed = ["shared", "hers", "his"].flatMap((browser) =>
    [0, 2, 4, 6, 10, 12].map((hour) => arrival(browser, hour)),
  );
  await letter("unnamed", unnamed);
  // What the letters themselves say counts as well: one browser is known from nothing else.
  await letter("named", [arrival("shared", 11, "bob"), arrival("new", 2, "ada"), arrival("new", 6, "bob")]);
  await letter("of the new one", [arrival("new", 1), arrival("new", 3), arrival("new", 7)]);
  // A hub knows of a third user, whose events the lake does not keep any more.
  await runInDurableObject(env.HUB.getByName(shardName(site_id, 0)), (_, { storage: { sql } }) => {
    const names = new StoredNames(sql);
    names.note("s_hers", noonOf(20), "u_carl", Date.now());
    names.note("s_hers", noonOf(3) + 4 * 3_600_000, ada, Date.now());
    names.write(Date.now());
  });
  await sendEvents(await givenKey(), anEvent(site_id, { event_id: "wakes the hub" }));
  await countAll(queue, mainHub(site_id));
  await givenLoaded(site_id);
  await erase(env, plainSteps(), { site_id, user_id: "ada" }, crypto.randomUUID());
  const left: string[] = [];
  for (const id of ["unnamed", "named", "of the new one"]) {
    const kept = (await (await env.LAKE.get(deadLetterKey(id)))!.json()) as { message: string };
    const { batch } = JSON.parse(kept.message) as { batch: { arrivals: { event_id: string }[] } };
    left.push(...batch.arrivals.map(({ event_id }) => event_id));
  }
  expect(left).toEqual([
    // Nobody knows whose the browser was before the first name, and two were seen there.
    ...["shared 0 unnamed", "shared 4 unnamed", "shared 12 unnamed"],
    ...["hers 0 unnamed", "hers 2 unnamed"],
    ...[0, 2, 4, 6, 10, 12].map((hour) => `his ${hour} unnamed`),
    ...["shared 11 bob", "new 6 bob"],
    ...["new 1 unnamed", "new 7 unnamed"],
  ]);
});
