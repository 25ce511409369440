// Step names of the tasks that work in portions. A Workflow that an update interrupts finds its finished steps by these
// names; under another name it would do them a second time.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { alerts } from "../../../workers/alerts/alerts";
import { FACTS } from "../../../workers/domain/events/catalog";
import type { Steps } from "../../../workers/jobs/steps";
import { writeReports } from "../../../workers/mail/reports";
import { erase } from "../../../workers/maintenance/erasure/erase";
import { replay } from "../../../workers/maintenance/replay";
import { retain } from "../../../workers/maintenance/retain";
import { keepDeadLetter } from "../../../workers/storage/lake/dead-letters";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenLoaded, givenMessage } from "../given-lake";

givenFreshStorage();

const NOW = Date.parse("2026-11-23T07:00:00Z");

function namedSteps(): { names: string[]; steps: Steps } {
  const names: string[] = [];
  const steps: Steps = {
    do: async (name, work) => {
      names.push(name);
      return work(() => undefined);
    },
    waitFor: async (name) => {
      names.push(name);
      return false;
    },
  };
  return { names, steps };
}

const configured = { ...env, WORKER_URL: "https://track.example", DASHBOARD_URL: "https://dash.example" };
const givenProperties = async (count: number): Promise<string[]> => {
  const siteIds: string[] = [];
  while (siteIds.length < count) siteIds.push((await givenProperty("organization", { timezone: "UTC" })).site_id);
  return siteIds;
};

it("alerts: the first and last place of the properties that share a step", async () => {
  const insert = `INSERT INTO rollup_hours (site_id, hour, ${FACTS.join(", ")}) VALUES (?, ?, ${FACTS.map(() => 1).join(", ")})`;
  await env.DB.batch((await givenProperties(21)).map((id) => env.DB.prepare(insert).bind(id, NOW / 1000 - 3600)));
  const { names, steps } = namedSteps();
  await alerts(configured, steps, { kind: "alerts", site_id: null, due: NOW }, "run");
  expect(names).toEqual(["list properties", "judge 1–20", "judge 21–21", "send mail"]);
});

it("retention: the same, with one property a step as long as there are few", async () => {
  const siteIds = await givenProperties(3);
  const all = namedSteps();
  await retain(env, all.steps, { site_id: null }, "run");
  expect(all.names).toEqual([
    "list properties",
    "retain 1–1",
    "retain 2–2",
    "retain 3–3",
    "delete unreadable dead letters",
    "sweep",
  ]);
  const own = namedSteps();
  await retain(env, own.steps, { site_id: siteIds[0]! }, "run");
  expect(own.names).toEqual(["retain 1–1", "sweep"]);
});

it("reports: the number of the portion", async () => {
  for (const siteId of await givenProperties(21))
    await changeSettings(env.DB, siteId, { reports: { recipients: ["owner@example.com"] } });
  const { names, steps } = namedSteps();
  await writeReports(configured, steps, { kind: "reports", site_id: null, due: NOW });
  expect(names).toEqual([
    "look up reports of the week",
    "write reports of the week 1",
    "write reports of the week 2",
    "look up reports of the month",
    "write daily summaries",
    "send mail",
  ]);
});

it("replay: the place of the first letter", async () => {
  const [site_id] = (await givenProperties(1)) as [string];
  for (let n = 0; n < 41; n++)
    await keepDeadLetter(env, {
      ...{ id: `letter-${n}`, site_id, key: `dead_letters/${n}`, reason: "broken", failed_at: NOW, events: null },
      body: "no message",
    });
  const { names, steps } = namedSteps();
  await replay(env, steps, { kind: "replay", site_id, due: NOW }, "run");
  expect(names).toEqual(["list dead letters", "replay from 1", "replay from 21", "replay from 41"]);
});

it("erasure: the round, the pass and the number of the portion", async () => {
  const [site_id] = (await givenProperties(1)) as [string];
  await givenMessage(site_id, [aStampedEvent(site_id, NOW, { user_id: "ann" })]);
  await givenLoaded(site_id);
  const { names, steps } = namedSteps();
  await erase(env, steps, { site_id, user_id: "ann" }, crypto.randomUUID());
  const [before, after] = [
    (pass: string) => [
      ...[`list objects ${pass}`, `find ids ${pass}.1`],
      ...[
        `find names in dead letters ${pass}`,
        `find events of the user ${pass}.1`,
        `find browsers of nobody else ${pass}`,
      ],
    ],
    (pass: string) => [`address lists ${pass}`, `dead letters ${pass}`],
  ];
  expect(names).toEqual([
    "begin",
    ...["forget names in hubs (1)", "plan (1)", "compact 1.1"],
    ...[...before("1.1"), ...after("1.1"), "rewrite 1.1.1"],
    ...["list objects 1.2", "find names in dead letters 1.2", "find browsers of nobody else 1.2", ...after("1.2")],
    "remove empty counts (1)",
    ...["send what hubs hold", "last object", "let arrive what was under way"],
    ...["forget names in hubs (2)", "plan (2)", "list objects 2.1", "find names in dead letters 2.1"],
    ...["find browsers of nobody else 2.1", ...after("2.1")],
    ...["remove empty counts (2)", "look for what waits", "count days"],
    ...["forget in hubs (1)", "forget answers", "delete objects", "forget whom it erased"],
  ]);
});
