// What collect knows of a property while D1 is away.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { siteFor } from "../../../workers/collect/site";
import { givenFreshStorage, givenProperty } from "../given";

givenFreshStorage();

const away = {
  prepare() {
    throw new Error("D1 is away");
  },
  batch: () => Promise.reject(new Error("D1 is away")),
} as unknown as D1Database;

it("a site that was known is known for as long as D1 is away, and one that was not is no answer", async () => {
  const { site_id } = await givenProperty();
  const now = Date.now();
  await siteFor(env.DB, site_id, now);
  for (let minute = 2; minute < 5; minute += 1)
    expect((await siteFor(away, site_id, now + minute * 60_000))?.property.site_id).toBe(site_id);
  await expect(siteFor(away, "0123456789", now)).rejects.toThrow("D1 is away");
});
