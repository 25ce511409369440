// A hub whose visitors an earlier version stored, in the tables `visitors` and `changes`, stamps on as if it had stored
// them itself; also when the move to today's table was cut off.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fromLine } from "../../../durable-objects/visitors/visitor-record";
import { appendRows } from "../../../durable-objects/visitors/visitor-rows";
import { anEvent, CHROME, sendEvents } from "../beacons";
import { countAll, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const MINUTE = 60_000;
const EVENING = Date.UTC(2026, 9, 5, 20);
/** Timers run on; only the date stands still. */
beforeEach(() => vi.useFakeTimers({ toFake: ["Date"], now: EVENING + 300 * MINUTE }));
afterEach(() => vi.useRealTimers());
const PAGES = ["/", "/a", "/b"];

interface Inside {
  groups: { commit(): void };
  checkpoint(): void;
}

/** Takes rows out of today's table. */
function takeRows(sql: SqlStorage): { date: string; body: string }[] {
  const rows = sql.exec<{ date: string; body: string }>("SELECT date, body FROM visitor_rows ORDER BY n").toArray();
  sql.exec("DELETE FROM visitor_rows");
  return rows;
}

/** As an earlier version has it after it wrote the first rows as whole days and then the others as changes. */
function storeAsBefore(sql: SqlStorage, days: { date: string; body: string }[], changes: typeof days): void {
  sql.exec(`CREATE TABLE visitors (date TEXT NOT NULL, chunk INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (date, chunk)) WITHOUT ROWID`);
  sql.exec("CREATE TABLE changes (n INTEGER PRIMARY KEY, date TEXT NOT NULL, body TEXT NOT NULL)");
  // Two chunks a day.
  for (const date of new Set(days.map((row) => row.date))) {
    const lines = days.filter((row) => row.date === date).flatMap(({ body }) => body.split("\n"));
    [lines.slice(0, 5), lines.slice(5)].forEach((own, chunk) => {
      if (own.length > 0) sql.exec("INSERT INTO visitors VALUES (?, ?, ?)", date, chunk, own.join("\n"));
    });
  }
  for (const { date, body } of changes) sql.exec("INSERT INTO changes (date, body) VALUES (?, ?)", date, body);
}

async function run(upgrade: "none" | "whole" | "cut off") {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  const key = await givenKey();
  const hub = env.HUB.getByName(mainHub(site_id));
  const views = async (name: string, people: readonly number[], minute: number) => {
    const events = people.map((person) =>
      anEvent(site_id, {
        event_id: `${name}-${person}`,
        url: `https://shop.example${PAGES[(person + minute) % 3]}`,
        ip: `192.0.2.${person}`,
        user_agent: CHROME,
        event_time: new Date(EVENING + minute * MINUTE).toISOString(),
      }),
    );
    expect(await (await sendEvents(key, { events })).json()).toMatchObject({ rejected: [] });
  };
  const checkpoint = () =>
    runInDurableObject(hub, (instance) => {
      const inside = instance as unknown as Inside;
      inside.groups.commit();
      inside.checkpoint();
    });
  const people = Array.from({ length: 12 }, (_, person) => person);
  await views("first", people, 0);
  await checkpoint();
  const days = await runInDurableObject(hub, (_, { storage }) => (upgrade === "none" ? [] : takeRows(storage.sql)));
  await views("second", people.slice(0, 8), 20);
  await views("late", people.slice(6), 225);
  await checkpoint();
  if (upgrade !== "none") {
    await runInDurableObject(hub, (_, { storage }) => {
      storeAsBefore(storage.sql, days, takeRows(storage.sql));
      if (upgrade === "whole") storage.sql.exec("DROP TABLE visitor_rows");
      else {
        // What a start leaves that was cut off after its first row.
        const { date, body } = storage.sql.exec<{ date: string; body: string }>("SELECT * FROM visitors LIMIT 1").one();
        appendRows(storage.sql, date, body.split("\n").map(fromLine), 1_000);
        storage.sql.exec("DELETE FROM visitors WHERE chunk = 0");
      }
    });
    await evictDurableObject(hub);
  }
  // At 23:50 some go on with their visit, at 00:10 over midnight; others come back to a page of before.
  await views("again", people.slice(3, 9), 230);
  await views("midnight", people.slice(5), 250);
  await countAll(queue, mainHub(site_id));
  const old = await runInDurableObject(hub, (_, { storage }) =>
    storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name IN ('visitors', 'changes')").toArray(),
  );
  expect(old).toEqual([]);
  const rows = await lakeRows(site_id);
  return rows.map(({ site_id: _site, visitor_id: _id, visitor_before: _before, received_at: _at, ...row }) => row);
}

it.each(["whole", "cut off"] as const)("goes on with the visitors of before: %s", async (upgrade) => {
  const upgraded = await run(upgrade);
  // Their page views, and the first visit of each on each of the two days.
  expect(upgraded).toHaveLength(12 + 8 + 6 + 6 + 7 + 12 + 7);
  expect(upgraded).toEqual(await run("none"));
});
