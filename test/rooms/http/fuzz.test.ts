// Every route takes whatever anybody sends, or says what is wrong with it: never a 5xx. FUZZ_REQUESTS=25000 goes deeper, and
// FAULT_SEED repeats a run.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PROBLEM_STATUS } from "../../../workers/domain/requests/problem";
import { chance } from "../chance";
import { givenHeldQueue } from "../downstream";
import {
  call,
  givenFreshStorage,
  givenKey,
  givenMember,
  givenOwner,
  givenProperty,
  givenSession,
  measuringStream,
} from "../given";
import { type FuzzRequest, fuzzOf, fuzzRequest, fuzzRoutes, type Known } from "./fuzz-requests";

givenFreshStorage();
givenHeldQueue();

const REQUESTS = Number(env.FUZZ_REQUESTS ?? 600);
const AT_ONCE = 6;
/** After so many requests what they have deleted and signed out is there again. */
const ROUND = 300;
/** Routes that end a world: seldom taken, or little would be left for the others. */
const ENDS = /^(DELETE \/api\/v1\/(properties\/\{site_id\}|account)|DELETE .*\/sessions|POST .*\/sign-out)/;
const ENDING = 0.05;

// What was logged of a request is not what was answered. Workflows would go on after the test.
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  for (const workflow of [env.PIPELINE, env.MAINTENANCE])
    vi.spyOn(Object.getPrototypeOf(workflow) as typeof workflow, "create").mockResolvedValue({} as WorkflowInstance);
});
afterEach(() => vi.restoreAllMocks());

interface World {
  known: Known;
  callers: Record<string, Record<string, string>>;
}

const IDS: Record<string, unknown> = {
  rules: { name: "Buy", selector: "#buy", trigger: "click" },
  goals: { name: "Join", filter: ["is", "event:name", ["Signup"]] },
  segments: { name: "Zurich", filter: ["is", "visit:city", ["Zürich"]] },
  annotations: { time: "2026-11-22T10:00:00Z", text: "Release" },
  funnels: {
    name: "Join",
    funnel: { steps: [{ filter: ["is", "event:name", ["Signup"]] }, { filter: ["is", "event:name", ["Buy"]] }] },
  },
  keys: { name: "Key", scopes: ["stats"] },
};

/** Somebody of every kind, and a property with one of each thing that hangs on it. */
async function givenWorld(isFirst: boolean): Promise<World> {
  const owner = isFirst ? await givenOwner() : await givenMember("owner");
  const member = await givenMember("member", owner.organization.id);
  const stranger = await givenMember("owner");
  const { id } = owner.organization;
  const property = await givenProperty(id, {
    streams: [measuringStream()],
    privacy: { storage: "local", without_key: ["user_id", "revenue", "measurements"] },
    public_live: true,
  });
  const { site_id } = property;
  const other = await givenProperty(stranger.organization.id);
  const all = await givenKey(id);
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const ids: Record<string, string> = { events: "Signup", streams: property.streams[0]!.id };
  for (const [collection, body] of Object.entries(IDS)) {
    const made = await call("POST", `/api/v1/properties/${site_id}/${collection}`, { key: all, body });
    ids[collection] = ((await made.json()) as { id: string }).id;
  }
  return {
    known: { siteIds: [...Array<string>(7).fill(site_id), other.site_id], ids },
    callers: {
      nobody: {},
      "wrong key": bearer(`tk_${"0".repeat(40)}`),
      owner: await givenSession(owner),
      member: await givenSession(member),
      "forged session": { cookie: "__Host-trackkit.session_token=a.b", origin: "https://track.example" },
      stranger: bearer(await givenKey(stranger.organization.id)),
      all: bearer(all),
      ingest: bearer(await givenKey(id, ["ingest"], site_id)),
      stats: bearer(await givenKey(id, ["stats"], site_id)),
      manage: bearer(await givenKey(id, ["manage"], site_id)),
    },
  };
}

async function faultOf(caller: string, { path, ...request }: FuzzRequest, reply: Response): Promise<string | null> {
  const text = await reply.text();
  const told = `${reply.status} ${request.method} ${path.slice(0, 300)} as ${caller}: ${request.body?.slice(0, 500)} → ${text.slice(0, 300)}`;
  if (reply.status >= 500) return told;
  const isOurs = reply.status < 400 || request.method === "HEAD" || path.startsWith("/mail/");
  if (isOurs) return null;
  try {
    const { error } = JSON.parse(text) as { error: { code: keyof typeof PROBLEM_STATUS; message: string } };
    // The door of the live socket has a status of its own for those who do not ask for a WebSocket.
    const isRight = PROBLEM_STATUS[error.code] === reply.status || reply.status === 426;
    return isRight && error.message !== "" ? null : told;
  } catch {
    return told;
  }
}

/** A request takes some 12 ms; a busy machine needs longer. */
const timeout = 120_000 + REQUESTS * 60;

test(`none of ${REQUESTS} requests by chance is answered 5xx (seed ${env.FAULT_SEED})`, { timeout }, async () => {
  const fuzz = fuzzOf(chance(Number(env.FAULT_SEED)));
  const routes = fuzzRoutes();
  expect(routes.length).toBeGreaterThan(100);
  const statuses: Record<number, number> = {};
  const faults: string[] = [];
  for (let sent = 0; sent < REQUESTS; ) {
    const { known, callers } = await givenWorld(sent === 0);
    for (const end = Math.min(sent + ROUND, REQUESTS); sent < end; sent += AT_ONCE) {
      const requests = Array.from({ length: AT_ONCE }, (_, i) => {
        const caller = fuzz.random() < 0.4 ? fuzz.pick(["owner", "all"]) : fuzz.pick(Object.keys(callers));
        // Every route has its turn, and then again with another caller and body.
        const next = routes[(sent + i) % routes.length]!;
        const isEnd = ENDS.test(`${next.method} ${next.path}`) && fuzz.random() >= ENDING;
        const request = fuzzRequest(fuzz, isEnd ? { ...next, method: "GET" } : next, known);
        return { caller, request: { ...request, headers: { ...request.headers, ...callers[caller] } } };
      });
      await Promise.all(
        requests.map(async ({ caller, request }) => {
          const reply = await call(request.method, request.path, request);
          statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
          const fault = await faultOf(caller, request, reply);
          if (fault !== null) faults.push(fault);
        }),
      );
    }
  }
  console.log(`fuzz: seed ${env.FAULT_SEED}, ${routes.length} routes, replies by status ${JSON.stringify(statuses)}`);
  expect(faults.slice(0, 20)).toEqual([]);
});
