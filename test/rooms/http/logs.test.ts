// Logs, dead letters and mails hold no address and no user agent, whatever fails while a visitor or an owner is served.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { privacyInput } from "../../../workers/domain/properties/property";
import { recordedSteps } from "../../../workers/jobs/steps";
import { sendOutbox } from "../../../workers/mail/send";
import { retain } from "../../../workers/maintenance/retain";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { beginRun } from "../../../workers/storage/runs/runs";
import { runTask } from "../../../workers/tasks";
import { aBeacon, anEvent, sendBeacon, sendImport } from "../beacons";
import { deliverLetters, type Letter } from "../downstream";
import { call, givenFreshStorage, givenKey, givenOwner, givenProperty, givenSession, signIn } from "../given";
import { givenMailbox } from "../mailbox";

givenFreshStorage();
const mailbox = givenMailbox();

const ADDRESS = "198.51.100.244";
const AGENT = "Mozilla/5.0 (X11; UA-MARKER-9944) Gecko/20100101 Firefox/141.0";
const HEADERS = { "cf-connecting-ip": ADDRESS, "user-agent": AGENT };
const MARKS = /198\.51\.100\.244|MARKER/;

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  for (const level of ["error", "warn", "log", "info", "debug"] as const)
    vi.spyOn(console, level).mockImplementation((...said: unknown[]) => {
      const texts = said.map((one) => (one instanceof Error ? `${one.stack}${JSON.stringify(one)}` : String(one)));
      lines.push(texts.join(" "));
    });
});
afterEach(() => vi.restoreAllMocks());

/** A part of the platform that quotes what it was asked to do, as libraries do. */
const quoting = (what: string) => async () => {
  throw new Error(`${what} failed for ${ADDRESS} with ${AGENT}`);
};

function givenQuotingParts(): void {
  vi.spyOn(Object.getPrototypeOf(env.EVENTS) as Queue, "send").mockImplementation(quoting("queue") as never);
  vi.spyOn(Object.getPrototypeOf(env.LAKE) as R2Bucket, "get").mockImplementation(quoting("lake") as never);
  vi.spyOn(env.HUB, "getByName").mockImplementation(
    () => new Proxy({}, { get: () => quoting("hub") }) as ReturnType<typeof env.HUB.getByName>,
  );
}

it("events that nobody takes leave no address in the log, on each way in", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const named = anEvent(site_id, { ip: ADDRESS, user_agent: AGENT });
  givenQuotingParts();
  const replies = [
    await sendBeacon(aBeacon(site_id), HEADERS),
    await call("GET", `/p.gif?s=${site_id}&u=https://shop.example/`, { headers: HEADERS }),
    await call("POST", "/api/events", { headers: HEADERS, body: anEvent(site_id) }),
    await call("POST", "/api/events", { key, headers: HEADERS, body: named }),
    await sendImport(key, site_id, [{ ...named, event_time: new Date().toISOString() }]),
    await call("GET", `/api/v1/properties/${site_id}/live`, { key, headers: HEADERS }),
  ];
  expect(replies.filter(({ status }) => status >= 500).length).toBeGreaterThan(3);
  await env.DB.exec("DROP TABLE visitor_secrets");
  await sendBeacon({ ...aBeacon(site_id), s: (await givenProperty()).site_id }, HEADERS);
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.join("\n")).not.toMatch(MARKS);
});

it("an account whose tables are away leaves none of its owner", async () => {
  const owner = await givenOwner();
  const session = await givenSession(owner);
  const { email } = owner.user;
  const sign = () =>
    call("POST", "/api/auth/sign-in/email", { headers: HEADERS, body: { email, password: owner.password } });
  await env.DB.exec("ALTER TABLE session RENAME TO away");
  const replies = [await sign(), await call("GET", "/api/v1/me", { headers: { ...HEADERS, ...session } })];
  await env.DB.exec("ALTER TABLE away RENAME TO session");
  await env.DB.exec("ALTER TABLE user RENAME TO away");
  replies.push(await sign(), await call("GET", "/api/v1/me", { headers: { ...HEADERS, ...session } }));
  expect(replies.some(({ status }) => status >= 500)).toBe(true);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join("\n")).not.toMatch(MARKS);
  expect(lines.join("\n")).not.toContain(email);
});

it("a message that cannot be counted becomes a dead letter without an address, in its reason too", async () => {
  const letters: Letter[] = [];
  for (const address of ["truncated", "none"] as const) {
    const property = await givenProperty("organization", { privacy: privacyInput.parse({ address }) });
    const send = vi.spyOn(Object.getPrototypeOf(env.EVENTS) as Queue, "send").mockImplementation((async (
      body: unknown,
    ) => {
      letters.push({ id: crypto.randomUUID(), body });
    }) as never);
    vi.spyOn(env.HUB, "getByName").mockImplementation(
      () => new Proxy({}, { get: () => quoting("hub") }) as ReturnType<typeof env.HUB.getByName>,
    );
    expect((await sendBeacon(aBeacon(property.site_id), HEADERS)).status).toBe(202);
    send.mockRestore();
  }
  const named = JSON.stringify(letters);
  expect(letters.length).toBe(2);
  expect(named).not.toMatch(MARKS);
  // The one keeps the network, the other nothing.
  expect(named.match(/198\.51\.100\.0/g)?.length).toBe(1);
  await deliverLetters(letters);
  await deliverLetters(letters, "trackkit-dead-letters");
  const { objects } = await env.LAKE.list({ prefix: "dead_letters/" });
  expect(objects.length).toBe(2);
  for (const { key } of objects) expect(await (await env.LAKE.get(key))!.text()).not.toMatch(MARKS);
  const { results } = await env.DB.prepare("SELECT reason FROM dead_letters").all<{ reason: string }>();
  expect(results.map(({ reason }) => reason)).toEqual(Array(2).fill("Error: hub failed for (address) with (agent)"));
  expect(lines.join("\n")).not.toMatch(MARKS);
});

it("the run log, what a Workflow keeps, and mails about failures say what failed without whom", async () => {
  const { site_id } = await givenProperty();
  await changeSettings(env.DB, site_id, { reports: { recipients: ["owner@example.com"] } });
  await beginRun(env.DB, { id: "run", kind: "retention", site_id, trigger: "owner" }, Date.now());
  const kept: unknown[] = [];
  const step = {
    do: async (_: string, __: unknown, work: (context: { attempt: number }) => Promise<unknown>) =>
      work({ attempt: 1 }).catch((error: unknown) => {
        kept.push(error);
        throw error;
      }),
  };
  const DB = new Proxy(env.DB, {
    get: (db, name) => {
      const own = Reflect.get(db, name) as CallableFunction;
      if (name !== "prepare") return own.bind(db);
      return (sql: string) => {
        if (sql.includes("FROM properties")) throw new Error(`Failed query: ${sql}\nparams: ${ADDRESS},${AGENT}`);
        return own.bind(db)(sql) as unknown;
      };
    },
  });
  const steps = recordedSteps(step as never, env.DB, "run");
  await expect(retain({ ...env, DB }, steps, { site_id: null }, "run")).rejects.toThrow("Failed query");
  const failing = { ...env, LAKE: new Proxy(env.LAKE, { get: () => quoting("lake") }) };
  await expect(
    runTask(
      failing,
      recordedSteps(step as never, env.DB, "run"),
      { kind: "erasure", site_id, user_id: "ada", due: Date.now() },
      "run",
    ),
  ).rejects.toThrow("lake failed");
  expect(kept.length).toBeGreaterThan(1);
  expect(kept.map((error) => `${String(error)} ${JSON.stringify(error)}`).join("\n")).not.toMatch(MARKS);
  const run = await env.DB.prepare("SELECT * FROM pipeline_runs").first();
  expect(run).toMatchObject({ status: "failed" });
  expect(JSON.stringify(run)).not.toMatch(MARKS);
  await sendOutbox(env, Date.now());
  expect(mailbox.sent.map(({ text }) => text).join()).toContain("lake failed for (address) with (agent)");
  const { results } = await env.DB.prepare("SELECT * FROM mails").all();
  expect(JSON.stringify([results, mailbox.sent, lines])).not.toMatch(MARKS);
});

it("mails about an account do not say from where", async () => {
  const owner = await givenOwner();
  for (let n = 0; n < 11; n += 1)
    await call("POST", "/api/auth/sign-in/email", {
      headers: { ...HEADERS, "cf-connecting-ip": n < 10 ? ADDRESS : "203.0.113.9" },
      body: { email: owner.user.email, password: `wrong ${n} password` },
    });
  await call("POST", "/api/auth/request-password-reset", { headers: HEADERS, body: { email: owner.user.email } });
  await vi.waitFor(() => expect(mailbox.sent.length).toBeGreaterThan(0));
  expect((await signIn(owner.user.email, owner.password)).status).toBeLessThan(500);
  expect(JSON.stringify(mailbox.sent)).not.toMatch(MARKS);
});
