// Look-ups that anybody can cause read D1 and R2 seldom, whoever asks and however often.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { findKey } from "../../../workers/storage/properties/keys";
import { call, givenFreshStorage, givenKey } from "../given";

givenFreshStorage();
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

// What was looked up by an earlier test of this runtime has been forgotten.
const START = Date.UTC(2027, 0, 1);
let now = START;
beforeEach(() => {
  now += 3_600_000;
  vi.useFakeTimers({ toFake: ["Date"], now });
});

const spyOn = <T extends object>(binding: T, method: keyof T & string) =>
  vi.spyOn(Object.getPrototypeOf(binding) as Record<string, () => unknown>, method);

it("health asks D1 and R2 at most once in ten seconds", async () => {
  const database = spyOn(env.DB, "prepare");
  const lake = spyOn(env.LAKE, "head");
  for (let asked = 0; asked < 20; asked += 1) expect((await call("GET", asked % 2 ? "/" : "/health")).status).toBe(200);
  expect([database.mock.calls.length, lake.mock.calls.length]).toEqual([1, 1]);
  vi.setSystemTime(now + 10_000);
  lake.mockRejectedValue(new Error("lake is away"));
  const reply = await call("GET", "/health");
  expect(reply.status).toBe(503);
  expect(await reply.json()).toEqual({ status: "down", checks: { database: "ok", lake: "down" } });
  vi.setSystemTime(now + 20_000);
  lake.mockRestore();
  expect((await call("GET", "/health")).status).toBe(200);
});

it("an unknown key is looked up once in ten seconds, and does not push out known keys", async () => {
  const known = await givenKey();
  const ask = (key: string) => call("GET", "/api/v1/keys", { key });
  await ask(known);
  const database = spyOn(env.DB, "prepare");
  const unknown = (n: number) => `tk_${String(n).padStart(40, "0")}`;
  for (let asked = 0; asked < 5; asked += 1) expect((await ask(unknown(1))).status).toBe(401);
  expect(database).toHaveBeenCalledTimes(1);
  // More than an isolate remembers; each over HTTP would take a while.
  for (let n = 2; n < 1_100; n += 50)
    await Promise.all(Array.from({ length: 50 }, (_, i) => findKey(env.DB, unknown(n + i), now, async () => {})));
  database.mockClear();
  const limit = spyOn(env.RATE_LIMIT, "limit");
  await ask(unknown(1_099));
  expect(database).not.toHaveBeenCalled();
  expect((await ask(known)).status).toBe(200);
  // A known key in use costs no unit of the limit.
  expect(limit).not.toHaveBeenCalled();
  limit.mockResolvedValue({ success: false });
  expect((await ask(unknown(2_000))).status).toBe(429);
  expect((await ask(known)).status).toBe(200);
});

it("a key that manages makes a hundred properties in a minute", async () => {
  const key = await givenKey();
  for (let n = 0; n < 100; n += 1) {
    const body = { name: `Shop ${n}`, timezone: "Europe/Zurich" };
    expect((await call("POST", "/api/v1/properties", { key, body })).status).toBe(201);
  }
});
