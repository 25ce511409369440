// Exclusions, hosts and recipients at the API: every entry that makes no sense is named with its place in the list.
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Privacy, Property } from "../../../workers/domain/properties/property";
import type { InputFault } from "../../../workers/domain/requests/input";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

async function faultsOf(reply: Response): Promise<InputFault[]> {
  expect(reply.status).toBe(400);
  const { error } = (await reply.json()) as { error: { code: string; message: string; details: InputFault[] } };
  expect(error.code).toBe("invalid");
  expect(error.message).toBe(error.details[0]?.message);
  return error.details;
}
const NOT_AN_ADDRESS = "must be an IPv4 or IPv6 address such as 203.0.113.7, or a range such as 203.0.113.0/24";
const fault = (path: string, rest: string): InputFault => ({ path, message: `${path} ${rest}` });

describe("exclusions", () => {
  const privacy: Partial<Privacy> = {
    excluded_addresses: ["203.0.113.7", "bogus address", "10.0.0.0/8", "10.0.0.0/33"],
    excluded_paths: ["/admin/*", "admin", "/a?b"],
  };
  const faults = [
    fault("privacy.excluded_addresses[1]", NOT_AN_ADDRESS),
    fault("privacy.excluded_addresses[3]", "must have a prefix length from /8 to /32"),
    fault("privacy.excluded_paths[1]", "must begin with /, such as /admin/*"),
    fault("privacy.excluded_paths[2]", "must not contain a query, because pages are compared without theirs"),
  ];

  test("that make no sense are refused when a property is created, all at once", async () => {
    const body = { name: "Shop", timezone: "UTC", privacy };
    expect(await faultsOf(await call("POST", "/api/v1/properties", { key: await givenKey(), body }))).toEqual(faults);
  });

  test("that make no sense change nothing", async () => {
    const before = await givenProperty();
    const [key, path] = [await givenKey(), `/api/v1/properties/${before.site_id}`];
    expect(await faultsOf(await call("PATCH", path, { key, body: { name: "New", privacy } }))).toEqual(faults);
    expect(await (await call("GET", path, { key })).json()).toEqual(before);
  });

  test("are stored as they were written, without the spaces around them", async () => {
    const { site_id } = await givenProperty();
    const body = { privacy: { excluded_addresses: [" 203.0.113.7 ", "2001:DB8::/32"], excluded_paths: [" /über/* "] } };
    const reply = await call("PATCH", `/api/v1/properties/${site_id}`, { key: await givenKey(), body });
    expect(((await reply.json()) as Property).privacy).toMatchObject({
      excluded_addresses: ["203.0.113.7", "2001:DB8::/32"],
      excluded_paths: ["/über/*"],
    });
  });

  test("that were stored before they were checked stay readable, and so does everything else", async () => {
    const { site_id } = await givenProperty();
    const old = ["bogus address", "203.0.113.0/24"];
    await env.DB.prepare("UPDATE properties SET privacy = json_set(privacy, '$.excluded_addresses', json(?))")
      .bind(JSON.stringify(old))
      .run();
    const [key, path] = [await givenKey(), `/api/v1/properties/${site_id}`];
    const changed = await call("PATCH", path, { key, body: { privacy: { honour_dnt: true } } });
    expect(changed.status).toBe(200);
    const { privacy } = (await (await call("GET", path, { key })).json()) as Property;
    expect(privacy).toMatchObject({ excluded_addresses: old, honour_dnt: true });
  });
});

test.each([
  ["https://*.shop.example", "must not contain a * in its host, because subdomains are included"],
  ["https://me:secret@shop.example", "must not contain a user name or password"],
  ["not a url", "must be an http or https address"],
])("a stream at %s is refused", async (url, rest) => {
  const { site_id, streams } = await givenProperty();
  const [key, path] = [await givenKey(), `/api/v1/properties/${site_id}/streams`];
  const body = { url, name: "Shop" };
  expect(await faultsOf(await call("POST", path, { key, body }))).toEqual([fault("url", rest)]);
  expect(await faultsOf(await call("PATCH", `${path}/${streams[0]!.id}`, { key, body }))).toEqual([fault("url", rest)]);
  const property = { name: "Shop", timezone: "UTC", streams: [{ url: "https://a.example", name: "A" }, body] };
  expect(await faultsOf(await call("POST", "/api/v1/properties", { key, body: property }))).toEqual([
    fault("streams[1].url", rest),
  ]);
});

test("recipients that are no email addresses are named", async () => {
  const { site_id } = await givenProperty();
  const body = { reports: { recipients: ["a@example.com", "nobody", "b@example.com", "c@"] } };
  const path = `/api/v1/properties/${site_id}/settings`;
  expect(await faultsOf(await call("PATCH", path, { key: await givenKey(), body }))).toEqual([
    fault("reports.recipients[1]", "must be a valid email address"),
    fault("reports.recipients[3]", "must be a valid email address"),
  ]);
});
