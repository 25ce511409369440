// Buttons and revenue, from pages and from servers.
import { describe, expect, it } from "vitest";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendFromPage } from "../beacons";
import { ask, countAll, differences, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty, measuringStream } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

async function allRowsOf(siteId: string) {
  await countAll(queue, mainHub(siteId));
  return lakeRows(siteId);
}

/** Without what the hub adds. */
const rowsOf = async (siteId: string) =>
  (await allRowsOf(siteId)).filter(({ event_type }) => event_type !== "first_visit");

const MEASURED = { streams: [measuringStream()], privacy: { without_key: ["measurements" as const] } };

describe("the button of an event", () => {
  it.each(["click", "rage_click", "dead_click", "outbound", "download", "form_submit"])(
    "is the id of the element for %s of a page",
    async (n) => {
      const { site_id } = await givenProperty("organization", MEASURED);
      await sendBeacon(aBeacon(site_id, { n, p: { tag: "button", id: "buy" } }));
      await sendBeacon(aBeacon(site_id, { n, p: { tag: "button" } }));
      expect((await rowsOf(site_id)).map(({ button_id }) => button_id)).toEqual(["buy", null]);
    },
  );

  it.each(["hover", "copy", "Signup", "pageview", "engagement"])("is not the prop of %s", async (event_type) => {
    const { site_id } = await givenProperty("organization", MEASURED);
    await sendEvents(await givenKey(), anEvent(site_id, { event_type, props: { id: "buy" } }));
    const rows = await rowsOf(site_id);
    expect(rows.map(({ button_id }) => button_id)).toEqual(rows.map(() => null));
  });

  it("is the one that the event names, whatever was clicked, and at most 200 characters", async () => {
    const { site_id } = await givenProperty("organization", MEASURED);
    const click = (more: object) => anEvent(site_id, { event_type: "click", ...more });
    const events = [
      click({ button_id: "named", props: { id: "buy" } }),
      click({ button_id: "", props: { id: 7 } }),
      click({ props: { id: `${"x".repeat(199)}😀` } }),
      click({ props: { id: " " } }),
      anEvent(site_id, { event_type: "Signup", button_id: "go" }),
    ];
    expect((await sendEvents(await givenKey(), { events })).status).toBe(202);
    expect((await rowsOf(site_id)).map(({ button_id }) => button_id)).toEqual([
      "named",
      "7",
      "x".repeat(199),
      null,
      "go",
    ]);
  });

  it("is answered as event:button, and events without one have no row", async () => {
    const { site_id } = await givenProperty("organization", MEASURED);
    await sendBeacon(aBeacon(site_id));
    const click = (id: string | undefined, address = "192.0.2.7", n = "click") =>
      sendBeacon(aBeacon(site_id, { n, p: { id } }), { "cf-connecting-ip": address });
    await click("buy");
    await click("buy", "192.0.2.7", "rage_click");
    await click("buy", "192.0.2.8");
    await click("help");
    await click(undefined);
    await sendFromPage(anEvent(site_id, { event_type: "click", button_id: "help" }));
    await rowsOf(site_id);
    const answer = await ask(site_id, ["events", "visitors", "visits"], { dimensions: ["event:button"] });
    expect(answer).toEqual([
      { dimensions: ["buy"], metrics: [3, 2, 2] },
      { dimensions: ["help"], metrics: [2, 1, 1] },
    ]);
    expect(await differences(site_id)).toEqual([]);
  });
});

describe("revenue", () => {
  it("comes with an event of a page", async () => {
    const { site_id } = await givenProperty();
    const purchase = { n: "Purchase", p: { sku: "a" }, m: { amount: 19.9, currency: "CHF" } };
    expect((await sendBeacon(aBeacon(site_id, purchase))).status).toBe(202);
    expect(await rowsOf(site_id)).toMatchObject([
      { name: "Purchase", props: { sku: "a" }, revenue_amount: 19.9, revenue_currency: "CHF" },
    ]);
  });

  it("may be null, as a page that has none writes it", async () => {
    const { site_id } = await givenProperty();
    expect((await sendBeacon(aBeacon(site_id, { n: "Signup", m: null }))).status).toBe(202);
    expect(await rowsOf(site_id)).toMatchObject([{ name: "Signup", revenue_amount: null, revenue_currency: null }]);
  });

  it("that is wrong costs its event, not the others of the beacon", async () => {
    const { site_id } = await givenProperty();
    const message = "revenue.currency must be an ISO 4217 code such as EUR";
    const wrong = aBeacon(site_id, { n: "Purchase", m: { amount: 1, currency: "ABC" } });
    const reply = await sendBeacon(wrong);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: { code: "invalid", message } });
    const both = await sendBeacon({ ...wrong, h: [...aBeacon(site_id).h, ...wrong.h] });
    expect(await both.json()).toMatchObject({ rejected: [{ index: 1, code: "invalid", message }] });
    expect((await allRowsOf(site_id)).map(({ name }) => name)).toEqual(["pageview", "first_visit"]);
  });

  it.each(["ABC", "eur", "XXX", "EURO"])("of a server in %s is refused", async (currency) => {
    const { site_id } = await givenProperty();
    const event = anEvent(site_id, { event_type: "Purchase", revenue: { amount: 1, currency } });
    const reply = await sendEvents(await givenKey(), event);
    expect(reply.status).toBe(400);
    const message = "revenue.currency must be an ISO 4217 code such as EUR";
    expect(await reply.json()).toMatchObject({ error: { code: "invalid", message } });
  });

  it("and button of a page view are not those of the first_visit that the hub adds", async () => {
    const { site_id } = await givenProperty();
    const revenue = { amount: 5, currency: "EUR" };
    const event = anEvent(site_id, { button_id: "go", revenue, ip: "192.0.2.9", user_agent: CHROME });
    await sendEvents(await givenKey(), event);
    expect(await allRowsOf(site_id)).toMatchObject([
      { name: "pageview", button_id: "go", revenue_amount: 5, revenue_currency: "EUR" },
      { name: "first_visit", button_id: null, revenue_amount: null, revenue_currency: null },
    ]);
  });
});
