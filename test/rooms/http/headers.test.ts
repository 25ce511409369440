// What every reply of the API says beside its body.
import { expect, it } from "vitest";
import { call, givenFreshStorage, givenKey, givenOwner, givenProperty } from "../given";

givenFreshStorage();

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

it("keeps every reply of the API out of caches, and its type as it says", async () => {
  await givenOwner();
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const replies = [
    await call("GET", `/api/v1/properties/${site_id}`, { key }),
    await call("POST", "/api/v2/query", { key, body: { site_id, metrics: ["visitors"], date_range: "7d" } }),
    await call("GET", "/api/v1/properties"),
    await call("GET", "/api/v1/properties", { key: "tk_unknown" }),
    await call("GET", "/no/such/path"),
    await call("POST", "/api/events", { body: "{" }),
    await call("GET", "/api/auth/get-session"),
    await call("GET", "/api/setup"),
    await call("GET", "/health"),
  ];
  const seen = new Set<number>();
  for (const { status, headers } of replies) {
    seen.add(status);
    expect(headers.get("cache-control")).toContain("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(headers.get("x-request-id")).toMatch(UUID);
  }
  for (const status of [200, 400, 401, 404]) expect(seen).toContain(status);
});

it("names each request itself, whatever the caller says", async () => {
  const headers = { "x-request-id": "forged-id" };
  const ids = await Promise.all(
    Array.from({ length: 3 }, async () => (await call("GET", "/health", { headers })).headers.get("x-request-id")),
  );
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(UUID);
});
