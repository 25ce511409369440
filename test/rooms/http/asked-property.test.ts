// Who is calling is settled before the database is read, on every route of a property that docs/api.md lists.
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import api from "../../../docs/api.md?raw";
import worker from "../../../workers/index";
import { ORIGIN, problemOf } from "../given";

vi.spyOn(console, "error").mockImplementation(() => undefined);

/** Any use of the database fails the request with 500. */
const unreadable = {
  ...env,
  DB: new Proxy({} as D1Database, {
    get: () => {
      throw new Error("database was read");
    },
  }),
};

const sections = [...api.matchAll(/^### (`[A-Z]+ \/.*)$/gm)].map(([, heading]) => heading!);
const routes = sections
  .flatMap((heading) => [...heading.matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, route]) => route!))
  .filter((route) => route.includes("/properties/{site_id}"));

async function anonymous(method: string, path: string, body?: string): Promise<Response> {
  const request = new Request(`${ORIGIN}${path}`, { method, ...(method === "GET" ? {} : { body: body ?? "{}" }) });
  return worker.fetch(request as never, unreadable, createExecutionContext());
}

test("docs/api.md lists the routes", () => {
  expect(routes.length).toBeGreaterThan(40);
});

test.each(routes)("%s refuses a request without a caller before it reads the database", async (route) => {
  const [method = "", path = ""] = route.split(" ");
  for (const siteId of ["0123456789", "not-a-site"]) {
    const reply = await anonymous(method, path.replace("{site_id}", siteId).replace(/\{\w+\}/g, "1"));
    expect(reply.status).toBe(401);
    expect(await problemOf(reply)).toBe("unauthorized");
  }
});

test("a query refuses a request without a caller before it reads the database", async () => {
  const reply = await anonymous(
    "POST",
    "/api/v2/query",
    '{"site_id":"0123456789","metrics":["visitors"],"date_range":"day"}',
  );
  expect(reply.status).toBe(401);
});

test("a request that shows a key reads the database, so that this test can fail", async () => {
  const request = new Request(`${ORIGIN}/api/v1/properties/0123456789`, {
    headers: { authorization: `Bearer tk_${"1".repeat(40)}` },
  });
  expect((await worker.fetch(request as never, unreadable, createExecutionContext())).status).toBe(500);
});
