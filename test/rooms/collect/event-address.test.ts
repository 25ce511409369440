// The `ip` of an event with a key: an address, or the event is invalid, at every door.
import { describe, expect, it } from "vitest";
import { anEvent, sendEvents, sendImport } from "../beacons";
import { countAll, givenHeldQueue, lakeRows, mainHub, storedTraces } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

interface ListReply {
  accepted: number;
  rejected: { index: number; code: string; message: string }[];
}

/** What is no address: a name, a range, a port too high, a number, another spelling of an IPv4 address, or nothing. */
const NO_ADDRESSES = [
  "",
  " ",
  "nobody",
  "localhost",
  "shop.example",
  "unknown",
  "192.0.2",
  "192.0.2.256",
  "192.0.2.7:65536",
  "192.0.2.7:",
  "2001:db8::1]:443",
  "[2001:db8::1",
  "[]",
  ",",
  "unknown, -",
  "192.0.2.0/24",
  "010.0.0.1",
  "0x7f.1",
  "3221225991",
  "2001:db8::1::2",
  "2001:db8::12345",
  "2001:db8::/32",
  "-",
  "192.0.2.7\u0000",
  "1".repeat(60),
  "192.0.2.7, ".repeat(50),
];

describe("an ip that is no address", () => {
  it.each([...NO_ADDRESSES, 7, null, true, ["192.0.2.7"]])(
    "%j is invalid in a single event, which names the field",
    async (ip) => {
      const { site_id } = await givenProperty();
      const reply = await sendEvents(await givenKey(), anEvent(site_id, { ip }));
      const { code, message } = ((await reply.json()) as { error: { code: string; message: string } }).error;
      expect([reply.status, code]).toEqual([400, "invalid"]);
      expect(message).toMatch(/^ip must /);
      await countAll(queue, mainHub(site_id));
      expect(await storedTraces()).toBe(0);
    },
  );

  it("is told by its index in a list, and the others count", async () => {
    const { site_id } = await givenProperty();
    const events = ["192.0.2.7", ...NO_ADDRESSES, "2001:db8::1", "::ffff:192.0.2.7"].map((ip, i) =>
      anEvent(site_id, { ip, event_id: `${i}` }),
    );
    const { accepted, rejected } = (await (await sendEvents(await givenKey(), { events })).json()) as ListReply;
    expect(accepted).toBe(3);
    expect(rejected.map(({ index, code }) => [index, code])).toEqual(NO_ADDRESSES.map((_, i) => [i + 1, "invalid"]));
    for (const { message } of rejected) expect(message).toMatch(/^ip must /);
    await countAll(queue, mainHub(site_id));
    const rows = (await lakeRows(site_id)).filter(({ event_type }) => event_type !== "first_visit");
    expect(rows.map(({ ip }) => ip)).toEqual(["192.0.2.0", "2001:db8::", "192.0.2.0"]);
  });

  it("is told by its index in an import, and the others count", async () => {
    const { site_id } = await givenProperty();
    const lines = ["192.0.2.7", ...NO_ADDRESSES, "2001:db8::1"].map((ip, i) =>
      anEvent(site_id, { ip, event_id: `${i}`, event_time: "2024-03-01T10:00:00Z" }),
    );
    const reply = await sendImport(await givenKey(), site_id, lines);
    const { accepted, rejected } = (await reply.json()) as ListReply;
    expect([reply.status, accepted]).toEqual([202, 2]);
    expect(rejected.map(({ index, code }) => [index, code])).toEqual(NO_ADDRESSES.map((_, i) => [i + 1, "invalid"]));
    for (const { message } of rejected) expect(message).toMatch(/^ip must /);
  });

  it("is as wrong in a list and an import of nothing else", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const event = anEvent(site_id, { ip: "nobody", event_time: new Date(Date.now() - 1000).toISOString() });
    for (const reply of [await sendEvents(key, { events: [event] }), await sendImport(key, site_id, [event])]) {
      const { error } = (await reply.json()) as { error: { code: string; message: string } };
      expect([reply.status, error.code]).toEqual([400, "invalid"]);
      expect(error.message).toBe("no event is valid: ip must be an IPv4 or IPv6 address");
    }
  });
});

describe("a visitor", () => {
  it.each([
    [
      "an IPv4 address",
      [
        "203.0.113.7",
        "::ffff:203.0.113.7",
        "::FFFF:CB00:7107",
        "203.0.113.7:5678",
        " 203.0.113.7 ",
        "[::ffff:203.0.113.7]:443",
        "unknown, 203.0.113.7",
        "203.0.113.7, 10.0.0.1",
      ],
    ],
    [
      "an IPv6 address",
      [
        "2001:db8::1",
        "2001:DB8:0:0:0:0:0:1",
        "2001:0db8::0001",
        "[2001:db8::1]",
        "[2001:db8::1]:443",
        "2001:db8::1%eth0",
        "2001:db8::1,10.0.0.1",
      ],
    ],
    ["a public address after private ones", ["10.0.0.1, 100.64.0.1, 1.2.3.4:80, 8.8.8.8", "1.2.3.4"]],
  ])("is one however a server writes %s", async (_, ips) => {
    const { site_id } = await givenProperty();
    const user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const events = ips.map((ip, i) => anEvent(site_id, { ip, user_agent, event_id: `${i}` }));
    await sendEvents(await givenKey(), { events });
    await countAll(queue, mainHub(site_id));
    const rows = (await lakeRows(site_id)).filter(({ event_type }) => event_type !== "first_visit");
    expect(rows).toHaveLength(ips.length);
    expect(new Set(rows.map(({ visitor_id }) => visitor_id)).size).toBe(1);
    expect(new Set(rows.map(({ ip }) => ip)).size).toBe(1);
    expect(rows.filter(({ new_visit }) => new_visit)).toHaveLength(1);
  });

  it("is excluded however a server writes the address", async () => {
    const privacy = {
      address: "truncated" as const,
      storage: "none" as const,
      honour_dnt: false,
      excluded_addresses: ["203.0.113.0/24"],
      excluded_paths: [],
    };
    const { site_id } = await givenProperty(undefined, { privacy });
    const ips = ["203.0.113.7:80", "[::ffff:203.0.113.7]:80", " 203.0.113.7, 10.0.0.1", "198.51.100.7, 203.0.113.7"];
    const reply = await sendEvents(await givenKey(), { events: ips.map((ip) => anEvent(site_id, { ip })) });
    const { accepted, rejected } = (await reply.json()) as ListReply;
    expect(accepted).toBe(1);
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([0, 1, 2].map((i) => [i, "excluded_address"]));
  });
});
