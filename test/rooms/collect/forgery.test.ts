// What anybody could make up counts only where the owner wants it: users, money and measurements without a key, events of
// measurements that are off, and subdomains that nobody has.
import { expect, it } from "vitest";
import { MEASUREMENTS } from "../../../workers/domain/events/measurement";
import { WITHOUT_KEY, type WithoutKey } from "../../../workers/domain/properties/property";
import { importName } from "../../../workers/domain/visits/hub";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendFromPage, sendImport } from "../beacons";
import { countAll, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty, measuringStream } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const rowsOf = async (siteId: string) => {
  await countAll(queue, mainHub(siteId));
  return (await lakeRows(siteId)).filter(({ event_type }) => event_type !== "first_visit");
};
const sendPixel = (siteId: string, url: string) =>
  call("GET", `/p.gif?s=${siteId}&u=${url}`, { headers: { "user-agent": CHROME } });
const REVENUE = { amount: 5, currency: "EUR" };

const MADE_UP: [WithoutKey, string, Record<string, unknown>][] = [
  ["user_id", "user_id", { user_id: "ceo@shop.example" }],
  ["user_id", "identify", { event_type: "identify" }],
  ["revenue", "revenue", { event_type: "Purchase", revenue: REVENUE }],
  ["measurements", "web_vital", { event_type: "web_vital", props: { metric: "LCP", value: 60_000 } }],
  ["measurements", "heatmap", { event_type: "heatmap" }],
  ["measurements", "js_error", { event_type: "js_error", props: { message: "no" } }],
  ["measurements", "click", { event_type: "button_clicked" }],
];

it.each(MADE_UP)("without a key %s (%s) is refused unless the property allows it", async (name, subject, given) => {
  const streams = [measuringStream()];
  const { site_id } = await givenProperty("organization", { streams });
  const reply = await sendFromPage(anEvent(site_id, given));
  expect([reply.status, await reply.json()]).toEqual([
    403,
    {
      error: {
        code: "forbidden",
        message: `${subject} needs an API key with the scope ingest, or "${name}" in the property's privacy.without_key`,
      },
    },
  ]);
  const listed = await sendFromPage({ events: [anEvent(site_id, given), anEvent(site_id)] });
  expect(await listed.json()).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: "forbidden" }] });
  expect(await rowsOf(site_id)).toMatchObject([{ event_type: "pageview", user_id: null, revenue_amount: null }]);

  const others = WITHOUT_KEY.filter((other) => other !== name);
  const closed = await givenProperty("organization", { streams, privacy: { without_key: others } });
  expect((await sendFromPage(anEvent(closed.site_id, given))).status).toBe(403);
  const open = await givenProperty("organization", { streams, privacy: { without_key: [name] } });
  expect((await sendFromPage(anEvent(open.site_id, given))).status).toBe(202);
  expect(await rowsOf(open.site_id)).toHaveLength(1);
  const keyed = await sendEvents(await givenKey(), anEvent(site_id, { ...given, event_id: "keyed" }));
  expect(await keyed.json()).toMatchObject({ status: "queued" });
});

it("a custom event, a page view and what the core of the tracker sends need no key", async () => {
  const { site_id } = await givenProperty();
  for (const event_type of ["Signup", "pageview", "outbound", "form_submit", "engagement"])
    expect((await sendFromPage(anEvent(site_id, { event_type }))).status).toBe(202);
});

it("events of a measurement that is off are refused in every way in without a key; servers may send them", async () => {
  const off = Object.fromEntries(Object.keys(MEASUREMENTS).map((name) => [name, false]));
  const { site_id } = await givenProperty("organization", {
    streams: [measuringStream(off)],
    privacy: { without_key: [...WITHOUT_KEY] },
  });
  const key = await givenKey();
  const event = { event_type: "web_vital", props: { metric: "LCP", value: 60_000 } };
  const refused = { status: "refused", reason: "not_measured" };
  expect(await (await sendFromPage(anEvent(site_id, event))).json()).toMatchObject(refused);
  const beacon = await sendBeacon(aBeacon(site_id, { n: "web_vital" }));
  expect(beacon.headers.get("x-trackkit-refused")).toBe("not_measured");
  const pixel = await sendPixel(site_id, "https://shop.example/");
  expect(pixel.headers.get("x-trackkit-refused")).toBe("not_measured");
  await countAll(queue, importName(site_id));
  expect(await rowsOf(site_id)).toEqual([]);
  expect((await sendEvents(key, anEvent(site_id, event))).status).toBe(202);
  const past = anEvent(site_id, { ...event, event_time: new Date(Date.now() - 60_000).toISOString() });
  expect(await (await sendImport(key, site_id, [past])).json()).toMatchObject({ accepted: 1 });
});

it("pages name users and send revenue unless the stream switches it off; servers with a key always do", async () => {
  const privacy = { without_key: [...WITHOUT_KEY] };
  const streams = [measuringStream({ identify: false, revenue: false }), { url: "https://docs.example", name: "Docs" }];
  const { site_id } = await givenProperty("organization", { streams, privacy });
  const named = { user_id: "u-1", revenue: REVENUE, event_type: "Purchase" };
  const beacon = (u: string, i: string) => ({ ...aBeacon(site_id, { n: "Purchase", u, i, m: REVENUE }), c: "u-1" });
  await sendBeacon(beacon("https://shop.example/", "page"));
  await sendFromPage(anEvent(site_id, { ...named, event_id: "api" }));
  await sendBeacon(beacon("https://docs.example/", "other stream"));
  await sendEvents(await givenKey(), anEvent(site_id, { ...named, event_id: "server" }));
  const identify = await sendBeacon({ ...aBeacon(site_id, { n: "identify" }), c: "u-1" });
  expect(identify.headers.get("x-trackkit-refused")).toBe("not_measured");
  const rows = Object.fromEntries(
    (await rowsOf(site_id)).map(({ event_id, user_id, revenue_amount }) => [event_id, [user_id, revenue_amount]]),
  );
  expect(rows).toEqual({
    page: [null, null],
    api: [null, null],
    "other stream": ["u-1", 5],
    server: ["u-1", 5],
  });
});

it("a visit token holds no user where pages may name none", async () => {
  const key = await givenKey();
  for (const identify of [true, false]) {
    const { site_id } = await givenProperty("organization", { streams: [measuringStream({ identify })] });
    const reply = await sendBeacon({ s: site_id, c: "u-1", visit: 1 }, { origin: "https://shop.example" });
    const { visit } = (await reply.json()) as { visit: string };
    await sendEvents(key, anEvent(site_id, { event_type: "Paid", visit }));
    expect(await rowsOf(site_id)).toMatchObject([{ name: "Paid", user_id: identify ? "u-1" : null }]);
  }
});

it("without subdomains only the exact hosts of the streams are taken, in every way in", async () => {
  const { site_id } = await givenProperty("organization", { privacy: { subdomains: false } });
  const made = "https://a.b.shop.example/";
  expect((await sendBeacon(aBeacon(site_id, { u: made }))).status).toBe(403);
  expect((await sendBeacon(aBeacon(site_id), { origin: "https://a.shop.example" })).status).toBe(403);
  expect((await sendFromPage(anEvent(site_id, { url: made }))).status).toBe(403);
  expect((await sendFromPage(anEvent(site_id), { origin: "https://a.shop.example" })).status).toBe(403);
  expect((await sendPixel(site_id, made)).status).toBe(403);
  expect((await sendBeacon({ s: site_id, visit: 1 }, { origin: "https://a.shop.example" })).status).toBe(403);
  expect((await sendBeacon(aBeacon(site_id, { u: "https://www.shop.example/" }))).status).toBe(202);
  expect((await sendBeacon(aBeacon(site_id), { origin: "https://shop.example" })).status).toBe(202);

  const key = await givenKey();
  const at = `/api/v1/properties/${site_id}`;
  expect((await call("POST", `${at}/overlay`, { key, body: { tool: "heatmap", url: made } })).status).toBe(400);
  const changed = await call("PATCH", at, { key, body: { privacy: { subdomains: true } } });
  expect(await changed.json()).toMatchObject({ privacy: { subdomains: true, without_key: [] } });
  // The hub tells collect of the change with the next event that it takes.
  await sendBeacon(aBeacon(site_id));
  expect((await sendBeacon(aBeacon(site_id, { u: made }))).status).toBe(202);
});

it("what may come without a key is a closed list", async () => {
  const { site_id } = await givenProperty();
  const [key, at] = [await givenKey(), `/api/v1/properties/${site_id}`];
  const change = (without_key: unknown) => call("PATCH", at, { key, body: { privacy: { without_key } } });
  expect(await (await change(["revenue", "user_id", "revenue"])).json()).toMatchObject({
    privacy: { without_key: ["user_id", "revenue"] },
  });
  for (const wrong of [["ip"], "revenue", [1], null]) expect((await change(wrong)).status).toBe(400);
});
