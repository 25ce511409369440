// Who may knock at the pipeline's doors: every route asks for a caller, for the property, and for the scope.

import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { NEW_RETENTION } from "../../../workers/domain/lake/retention";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

const READING = [
  "GET pipeline",
  "GET pipeline/runs/run-1",
  "GET pipeline/files",
  "GET pipeline/dead-letters",
  "GET settings",
  "GET reports",
  "GET reports/preview",
  "GET insight/networks",
  "GET anomalies",
  "GET forecast?metric=visitors",
];
const CHANGING = [
  "POST pipeline/run",
  "POST pipeline/compact",
  "POST pipeline/rebuild",
  "POST pipeline/dead-letters/replay",
  "POST pipeline/dead-letters/discard",
  "POST erasures",
  "PATCH settings",
  "POST reports/test",
  "POST anomalies/traffic-up-1/dismiss",
];
/** As much of each body as is right. */
const body = { from: "2026-11-01", to: "2026-11-01", ids: ["1"], user_id: "u", reports: { weekly: false } };

test.each([...READING, ...CHANGING])("%s opens to who may, and to nobody else", async (route) => {
  const [method = "", path = ""] = route.split(" ");
  const [mine, theirs, neighbour] = [
    await givenProperty(),
    await givenProperty("other"),
    await givenProperty("organization"),
  ];
  const knock = async (siteId: string, key?: string) => {
    const given = { ...(key ? { key } : {}), ...(method === "GET" ? {} : { body }) };
    return (await call(method, `/api/v1/properties/${siteId}/${path}`, given)).status;
  };
  expect(await knock(mine.site_id)).toBe(401);
  expect(await knock(mine.site_id, "tk_not-a-key")).toBe(401);
  expect(await knock(theirs.site_id, await givenKey())).toBe(404);
  expect(await knock(mine.site_id, await givenKey("organization", undefined, neighbour.site_id))).toBe(404);
  expect(await knock(`${mine.site_id}~hosting_network`, await givenKey())).toBe(404);
  expect(await knock(mine.site_id, await givenKey("organization", ["ingest"]))).toBe(403);
  const reader = await knock(mine.site_id, await givenKey("organization", ["stats"]));
  if (CHANGING.includes(route)) expect(reader).toBe(403);
  else expect(reader).toBe(path.endsWith("run-1") ? 404 : 200);
  for (const table of ["pipeline_runs", "mails"])
    expect(await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first("n")).toBe(0);
  // Of each property as it was made.
  const { results } = await env.DB.prepare("SELECT DISTINCT settings FROM property_settings").all();
  expect(results).toEqual([{ settings: JSON.stringify({ retention: NEW_RETENTION }) }]);
  // What an erasure notes comes before its run.
  expect((await env.LAKE.list()).objects).toEqual([]);
});
