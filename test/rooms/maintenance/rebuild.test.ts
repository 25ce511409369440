// Rebuild and check: days are recounted from the lake while everything else goes on, and nothing beside them is touched.
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { countedIdsOf } from "../../../workers/domain/counts/suspects";
import { addDays } from "../../../workers/domain/time/zone";
import { checkAll, checkDay, checkDays, rebuildDay } from "../../../workers/maintenance/rebuild";
import { check, pickDay } from "../../../workers/maintenance/rebuild-tasks";
import { atPlace, breakable, chance, stubborn } from "../chance";
import { deliverLetters, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { nextEvent } from "../fault-events";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

import {
  accept,
  DAY,
  expectTrue,
  FIRST,
  flatAll,
  givenCounted,
  lastFile,
  MINUTE,
  processRaw,
  run,
  START,
  spoil,
  ZONE,
} from "./given-days";

givenFreshStorage();
const queue = givenHeldQueue();

describe("a rebuild", () => {
  it("makes a spoilt day say what the lake says, and touches no other", async () => {
    const { site_id } = await givenCounted(queue);
    await processRaw(site_id, Math.floor((await lastFile()) / 2));
    expect(await checkAll(env, site_id)).toEqual([]);
    const middle = addDays(FIRST, 1);
    for (const day of [FIRST, middle, addDays(middle, 1)]) await spoil(site_id, day);
    const before = await flatAll(site_id);
    const spoilt = await checkDays(env, site_id, ZONE, FIRST, addDays(middle, 1));
    const report = await rebuildDay(env, site_id, ZONE, middle, Date.now());
    expect(report.differences).toBeGreaterThan(20);
    expect(report.examples.length).toBeGreaterThan(20);
    expect((await checkDay(env, site_id, ZONE, middle)).differences).toBe(0);
    const others = (await checkDays(env, site_id, ZONE, FIRST, addDays(middle, 1))).map(({ where }) => where);
    expect(others).toEqual(spoilt.map(({ where }) => where).filter((where) => others.includes(where)));
    // Of the other days nothing is other than it was.
    const isOther = ([where]: [string, unknown]) => / 2026-\d\d-\d\d/.test(where) && !where.includes(middle);
    const after = await flatAll(site_id);
    for (const id of countedIdsOf(site_id))
      expect(Object.entries(after[id]!).filter(isOther)).toEqual(Object.entries(before[id]!).filter(isOther));
    for (const day of [FIRST, addDays(middle, 1)]) await rebuildDay(env, site_id, ZONE, day, Date.now());
    await expectTrue(site_id);
  });

  it("writes nothing where nothing differs", async () => {
    const { site_id } = await givenCounted(queue, chance(8), 80);
    let written = 0;
    const DB = new Proxy(env.DB, {
      get: (db, name) =>
        name === "batch"
          ? async (statements: D1PreparedStatement[]) => {
              const results = await db.batch(statements);
              written += results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
              return results;
            }
          : (Reflect.get(db, name) as CallableFunction).bind(db),
    });
    const report = await rebuildDay({ ...env, DB }, site_id, ZONE, FIRST, Date.now());
    expect([report.differences, written]).toEqual([0, 0]);
    expect(report.rows).toBeGreaterThan(0);
  });

  it("counts a visit that goes on over two midnights where it began", async () => {
    const property = await givenProperty("organization", { timezone: ZONE });
    const { site_id } = property;
    const world = { random: chance(1), pick: <T>(list: readonly T[]): T => list[0]! };
    for (let n = 0, time = START; time < START + 2 * DAY; n += 1, time += 20 * MINUTE)
      await accept(property, [nextEvent(world, 1, time, n).arrival]);
    await env.HUB.getByName(mainHub(site_id)).flush();
    // Two days in objects of their own, so that a day's list does not have the next by chance.
    while (queue.letters.length > 0) await deliverLetters(queue.letters.splice(0, 1));
    const rows = await lakeRows(site_id);
    expect(
      rows.filter(({ visit_date, local_date }) => visit_date === FIRST && local_date > addDays(FIRST, 1)).length,
    ).toBeGreaterThan(0);
    expect((await checkDay(env, site_id, ZONE, FIRST)).differences).toBe(0);
    await spoil(site_id, FIRST);
    await rebuildDay(env, site_id, ZONE, FIRST, Date.now());
    await expectTrue(site_id);
  });

  it("by two at once corrects once", async () => {
    const { site_id } = await givenCounted(queue, chance(9), 80);
    await spoil(site_id, FIRST);
    const rebuilding = () => rebuildDay(env, site_id, ZONE, FIRST, Date.now());
    const results = await Promise.allSettled([rebuilding(), rebuilding(), rebuilding()]);
    expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
    await expectTrue(site_id);
    await spoil(site_id, FIRST);
    await rebuilding();
    await expectTrue(site_id);
  });

  it("killed before or after any effect has done all or nothing, and is done when tried again", {
    timeout: 300_000,
  }, async () => {
    const { site_id } = await givenCounted(queue, chance(10), 60);
    for (let place = 0; ; place += 1) {
      await spoil(site_id, FIRST);
      const { effect, reached } = atPlace(place);
      const spoilt = (await checkDay(env, site_id, ZONE, FIRST)).differences;
      const killed = await rebuildDay(breakable(effect), site_id, ZONE, FIRST, Date.now()).then(
        () => false,
        () => true,
      );
      expect(killed).toBe(reached());
      expect([0, spoilt]).toContain((await checkDay(env, site_id, ZONE, FIRST)).differences);
      await rebuildDay(env, site_id, ZONE, FIRST, Date.now());
      await expectTrue(site_id);
      if (!killed) break;
    }
  });
});

describe("the task", () => {
  it("check reports differences and changes nothing", async () => {
    const { site_id } = await givenCounted(queue, chance(11), 60);
    const params = { kind: "check", site_id, due: Date.now(), from: FIRST, to: FIRST } as const;
    expect(await check(env, stubborn(), params, "check-1")).toMatchObject({ days: 1, differences: 0, examples: null });
    await spoil(site_id, FIRST);
    const before = await flatAll(site_id);
    const report = await check(env, stubborn(), params, "check-2");
    expect(report.differences).toBeGreaterThan(0);
    expect(report.examples).toContain("network/page");
    expect(await flatAll(site_id)).toEqual(before);
  });

  it("check of all properties takes the same day again for the same run, one before today that is kept", async () => {
    const random = chance(12);
    const properties = [
      await givenCounted(queue, random, 80),
      await givenCounted(queue, random, 80),
      await givenProperty(),
    ];
    const now = START + 2 * DAY;
    const picked = new Set<string>();
    for (let n = 0; n < 40; n += 1) {
      const day = (await pickDay(env.DB, `check-${n}`, now))!;
      expect(await pickDay(env.DB, `check-${n}`, now)).toEqual(day);
      expect([day.from, day.from >= FIRST && day.from < "2026-10-05"]).toEqual([day.to, true]);
      picked.add(`${day.site_id} ${day.from}`);
    }
    expect(picked.size).toBe(4);
    for (const { site_id } of properties)
      await run(
        "INSERT OR REPLACE INTO property_settings VALUES (?, ?)",
        site_id,
        JSON.stringify({ retention: { rollups_days: 2 } }),
      );
    for (let n = 0; n < 10; n += 1) expect((await pickDay(env.DB, `check-${n}`, now))!.from).toBe("2026-10-04");
    expect(await pickDay(env.DB, "check", now + 9 * DAY)).toBeNull();
    expect(await check(env, stubborn(), { kind: "check", site_id: null, due: now + 9 * DAY }, "check")).toEqual({
      days: 0,
      differences: 0,
    });
    expect(await check(env, stubborn(), { kind: "check", site_id: null, due: now }, "check")).toMatchObject({
      days: 1,
      differences: 0,
    });
  });
});

describe("POST …/pipeline/rebuild", () => {
  const post = async (siteId: string, body: unknown, key?: string) =>
    call("POST", `/api/v1/properties/${siteId}/pipeline/rebuild`, { key: key ?? (await givenKey()), body });

  it.each([
    [{ from: "2026-10-05", to: "2026-10-04" }, "from must not be after to"],
    [{ from: "2026-01-01", to: "2026-10-04" }, "period must have at most 92 days, from and to included"],
    [{ from: "2026-02-30", to: "2026-10-04" }, "from must be a date such as 2026-11-22"],
    [{ from: "2026-10-05" }, "to must be given"],
    [{ from: "9998-01-01", to: "9998-01-02" }, /^to must not be after today, which is \d/],
    [{ from: "2020-01-01", to: "2020-01-02" }, /^from must not be before \S+: older data has been deleted$/],
    [{ from: "2026-10-05", to: "2026-10-05", check: "yes" }, "check must be of type boolean"],
  ])("refuses %j", async (body, message) => {
    const { site_id } = await givenProperty();
    await run("INSERT OR REPLACE INTO property_settings VALUES (?, ?)", site_id, '{"retention":{"events_days":400}}');
    const reply = await post(site_id, body);
    expect(reply.status).toBe(400);
    expect(((await reply.json()) as { error: { message: string } }).error.message).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
  });

  it("asks for the scope manage", async () => {
    const { site_id } = await givenProperty();
    const body = { from: FIRST, to: FIRST };
    expect(await problemOf(await post(site_id, body, await givenKey("organization", ["stats"])))).toBe("forbidden");
    expect(await problemOf(await post(site_id, body, await givenKey("another")))).toBe("not_found");
  });

  it("starts a run whose report tells what was found", async () => {
    const { site_id } = await givenCounted(queue, chance(13), 60);
    await spoil(site_id, FIRST);
    const reply = await post(site_id, { from: FIRST, to: addDays(FIRST, 1) });
    expect(reply.status).toBe(202);
    const { run_id } = (await reply.json()) as { run_id: string };
    const row = await vi.waitFor(
      async () => {
        const found = await env.DB.prepare("SELECT * FROM pipeline_runs WHERE id = ?").bind(run_id).first();
        expect(found?.status).toBe("done");
        return found!;
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(row).toMatchObject({ kind: "rebuild", site_id, trigger: "owner" });
    const report = JSON.parse(String(row.report)) as Record<string, unknown>;
    expect(report).toMatchObject({ site_id, from: FIRST, to: addDays(FIRST, 1), days: 2 });
    expect(report.differences).toBeGreaterThan(0);
    expect(Object.keys(JSON.parse(String(row.steps)) as object)).toContain(`recount ${FIRST}`);
    await expectTrue(site_id);
  });
});
