// Every PATCH: what a body does not name stays as it is, so an empty object changes nothing and is answered with the
// resource.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { accountRoutes } from "../../workers/accounts/routes";
import { adminRoutes } from "../../workers/admin/routes";
import { anomalyRoutes } from "../../workers/alerts/routes";
import { browserRoutes } from "../../workers/collect/browser";
import { incomingRoutes } from "../../workers/collect/incoming";
import type { Property } from "../../workers/domain/properties/property";
import { reportRoutes } from "../../workers/mail/routes";
import { mailRoutes } from "../../workers/mail/unsubscribe";
import { deadLetterRoutes } from "../../workers/maintenance/dead-letter-routes";
import { lakeRoutes } from "../../workers/maintenance/lake-routes";
import { rebuildRoutes } from "../../workers/maintenance/rebuild-routes";
import { runRoutes } from "../../workers/pipeline/run-routes";
import { overlayDataRoutes } from "../../workers/stats/insight/overlay";
import { insightRoutes } from "../../workers/stats/insight/routes";
import { publicRoutes } from "../../workers/stats/live/public";
import { statsRoutes } from "../../workers/stats/routes";
import { loadConfiguration } from "../../workers/storage/properties/properties";
import { call, givenFreshStorage, givenKey, givenProperty } from "./given";

givenFreshStorage();

const stations = [accountRoutes, adminRoutes, browserRoutes, incomingRoutes, insightRoutes, overlayDataRoutes];
const paths = [
  ...stations,
  anomalyRoutes,
  reportRoutes,
  mailRoutes,
  deadLetterRoutes,
  lakeRoutes,
  rebuildRoutes,
  runRoutes,
  publicRoutes,
  statsRoutes,
]
  .flatMap(({ routes }) => routes)
  .filter(({ method }) => method === "PATCH")
  .map(({ path }) => path)
  // No key may change an account: accounts/account.test.ts asks with a session.
  .filter((path) => path !== "/api/v1/account");

/** Fields without which a body is as good as empty: the sections of a resource that hold fields of their own. */
const SECTIONS: Record<string, string[]> = {
  "/api/v1/properties/:site_id": ["privacy"],
  "/api/v1/properties/:site_id/streams/:id": ["measurements"],
  "/api/v1/properties/:site_id/rules/:id": [],
  "/api/v1/properties/:site_id/goals/:id": [],
  "/api/v1/properties/:site_id/segments/:id": [],
  "/api/v1/properties/:site_id/annotations/:id": [],
  "/api/v1/properties/:site_id/funnels/:id": [],
  "/api/v1/properties/:site_id/settings": ["retention", "alerts", "reports"],
};

const SIGN_UP = ["is", "event:name", ["Signup"]];

/** What to create in each collection whose things have a GET of their own. */
const BODIES: Record<string, object> = {
  rules: { name: "Buy", selector: "#buy", trigger: "click", page: "/shop/*", attributes: ["data-plan"] },
  goals: { name: "Sign up", filter: SIGN_UP, currency: "CHF" },
  segments: { name: "From Zurich", filter: ["is", "visit:city", ["Zürich"]] },
  annotations: { time: "2026-11-22T10:00:00Z", text: "Release" },
  funnels: { name: "Join", funnel: { steps: [{ filter: SIGN_UP }] } },
};

/** A property with one of each thing that hangs on it; `:id` of a path stands for the one that the path is about. */
async function given(path: string) {
  const key = await givenKey();
  const { site_id, streams } = await givenProperty(undefined, { privacy: { excluded_paths: ["/admin"] } as never });
  const collection = /:site_id\/(.+)\/:id$/.exec(path)?.[1] ?? "";
  const body = BODIES[collection];
  const create = () => call("POST", `/api/v1/properties/${site_id}/${collection}`, { key, body });
  const id = body ? ((await (await create()).json()) as { id: string }).id : streams[0]!.id;
  const settings = { retention: { events_days: 90 }, reports: { weekly: false } };
  await call("PATCH", `/api/v1/properties/${site_id}/settings`, { key, body: settings });
  const at = path.replace(":site_id", site_id).replace(":id", id);
  /** The resource as GET tells it; streams have no GET of their own. */
  const read = async (): Promise<unknown> => {
    if (!path.endsWith("/streams/:id")) return (await call("GET", at, { key })).json();
    const property = (await (await call("GET", `/api/v1/properties/${site_id}`, { key })).json()) as Property;
    return property.streams.find((stream) => stream.id === id);
  };
  const version = async () => (await loadConfiguration(env.DB, site_id))!.version;
  return { key, at, read, version };
}

test("the walk knows every PATCH route", () => {
  expect(paths.sort()).toEqual(Object.keys(SECTIONS).sort());
});

test.each(paths)("PATCH %s with an empty object is the resource as it was, and no change to anybody", async (path) => {
  const { key, at, read, version } = await given(path);
  const [before, known] = [await read(), await version()];
  const reply = await call("PATCH", at, { key, body: {} });
  expect([reply.status, await reply.json()]).toEqual([200, before]);
  expect([await read(), await version()]).toEqual([before, known]);
});

test.each(paths.flatMap((path) => SECTIONS[path]!.map((section) => [path, section] as const)))(
  "PATCH %s with an empty %s is the resource as it was",
  async (path, section) => {
    const { key, at, read } = await given(path);
    const before = await read();
    const reply = await call("PATCH", at, { key, body: { [section]: {} } });
    expect([reply.status, await reply.json()]).toEqual([200, before]);
    expect(await read()).toEqual(before);
  },
);

test.each(paths.flatMap((path) => ["", "null", "[]", '"{}"', "{"].map((body) => [path, body] as const)))(
  "PATCH %s with the body `%s` is invalid",
  async (path, body) => {
    const { key, at, read } = await given(path);
    const before = await read();
    const reply = await call("PATCH", at, { key, body });
    const { error } = (await reply.json()) as { error: { code: string; message: string } };
    expect([reply.status, error.code]).toEqual([400, "invalid"]);
    expect(error.message).toMatch(/^body must be/);
    expect(await read()).toEqual(before);
  },
);

test.each(paths.filter((path) => path.endsWith("/:id")))("PATCH %s of nothing does not exist", async (path) => {
  const { key, at } = await given(path);
  const change = path.includes("/annotations/") ? { text: "New" } : { name: "New" };
  for (const body of [{}, change])
    expect((await call("PATCH", at.replace(/[^/]+$/, "never-was"), { key, body })).status).toBe(404);
});
