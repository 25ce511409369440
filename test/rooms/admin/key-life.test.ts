// How long an API key works: its expiry, the key that made it, and the note of its last use.
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { createKey } from "../../../workers/storage/properties/keys";
import { call, givenFreshStorage, givenKey, problemOf } from "../given";

givenFreshStorage();

describe("a key", () => {
  const make = (by: string, body: Record<string, unknown>) =>
    call("POST", "/api/v1/keys", { key: by, body: { name: "Child", scopes: ["manage"], ...body } });
  const expiring = async (expires_at: number) => {
    const owner = { organization_id: "organization", site_id: null };
    return (await createKey(env.DB, owner, { name: "Parent", scopes: ["manage", "stats"], expires_at }, Date.now()))
      .key;
  };
  const inHours = (hours: number) => Date.now() + hours * 3_600_000;

  test("stops working when it expires, also where it is remembered", async () => {
    const key = await expiring(inHours(1));
    expect((await call("GET", "/api/v1/properties", { key })).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      vi.setSystemTime(inHours(1) + 1);
      expect((await call("GET", "/api/v1/properties", { key })).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });

  test("that another key makes expires with it at the latest", async () => {
    const end = inHours(2);
    const parent = await expiring(end);
    expect((await make(parent, { expires_at: new Date(inHours(3)).toISOString() })).status).toBe(403);
    expect((await make(parent, { expires_at: new Date(inHours(-1)).toISOString() })).status).toBe(400);
    expect((await make(parent, { expires_at: "tomorrow" })).status).toBe(400);
    const earlier = new Date(inHours(1)).toISOString();
    expect(await (await make(parent, { expires_at: earlier })).json()).toMatchObject({ expires_at: earlier });
    expect(await (await make(parent, {})).json()).toMatchObject({
      expires_at: new Date(end).toISOString(),
      created_by: "Parent",
    });
  });

  test("is deleted with the key that made it, and so are its own", async () => {
    const manager = await givenKey();
    const made = async (by: string) => (await make(by, {})).json() as Promise<{ id: string; key: string }>;
    const child = await made(manager);
    const grandchild = await made(child.key);
    const works = async (key: string) => (await call("GET", "/api/v1/audit", { key })).status;
    expect(await works(grandchild.key)).toBe(200);
    expect((await call("DELETE", `/api/v1/keys/${child.id}`, { key: manager })).status).toBe(204);
    expect([await works(child.key), await works(grandchild.key), await works(manager)]).toEqual([401, 401, 200]);
  });

  test("that was deleted in another isolate makes no key", async () => {
    const parent = await givenKey();
    expect((await call("GET", "/api/v1/properties", { key: parent })).status).toBe(200);
    // The other isolate deletes the row; this one still remembers the key.
    await env.DB.prepare("delete from api_keys").run();
    expect((await call("GET", "/api/v1/properties", { key: parent })).status).toBe(200);
    const reply = await make(parent, {});
    expect([reply.status, await problemOf(reply)]).toEqual([401, "unauthorized"]);
    expect(await env.DB.prepare("select count(*) as n from api_keys").first("n")).toBe(0);
  });

  test("notes its use once a day", async () => {
    const key = await givenKey();
    const other = await givenKey("organization", ["stats"]);
    const shown = async () => {
      const { keys } = (await (await call("GET", "/api/v1/keys", { key: other })).json()) as {
        keys: { scopes: string[]; last_used_on: string | null }[];
      };
      return keys.find(({ scopes }) => scopes.length === 3)?.last_used_on;
    };
    expect(await shown()).toBeNull();
    await call("GET", "/api/v1/properties", { key });
    expect(await shown()).toBe(new Date().toISOString().slice(0, 10));
    const used = () =>
      env.DB.prepare("select used_at from api_keys where json_array_length(scopes) = 3").first("used_at");
    const first = await used();
    await call("GET", "/api/v1/properties", { key });
    expect(await used()).toBe(first);
  });
});
