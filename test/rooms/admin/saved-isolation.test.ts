// Who may read and write what is saved: every kind of caller against every property, on every route.
import { expect, test } from "vitest";
import { call, givenFreshStorage, givenKey, givenMember, givenOwner, givenProperty, givenSession } from "../given";

givenFreshStorage();

const FILTER = ["is", "event:name", ["Signup"]];
const BODIES: Record<string, (n: number) => object> = {
  goals: (n) => ({ name: `Goal ${n}`, filter: FILTER }),
  segments: (n) => ({ name: `Segment ${n}`, filter: FILTER }),
  annotations: (n) => ({ date: "2026-11-22", text: `Note ${n}` }),
  funnels: (n) => ({ name: `Funnel ${n}`, funnel: { steps: [{ filter: FILTER }] } }),
};

type Access = Parameters<typeof call>[2];

/** What a caller may do with a property. */
type Right = "manage" | "stats" | "ingest" | "none" | "unknown";
const READING: Record<Right, number> = { manage: 200, stats: 200, ingest: 403, none: 404, unknown: 401 };
const WRITING: Record<Right, number> = { manage: 0, stats: 403, ingest: 403, none: 404, unknown: 401 };

/** Two properties of one organization and one of another, and everybody who could ask: with their right on each. */
async function givenWorld() {
  const owner = await givenOwner();
  const stranger = await givenMember("owner");
  const ours = owner.organization.id;
  const [first, second, theirs] = [
    await givenProperty(ours),
    await givenProperty(ours),
    await givenProperty(stranger.organization.id),
  ];
  const session = async (who: typeof owner): Promise<Access> => ({ headers: await givenSession(who) });
  const callers: [string, Access, [Right, Right, Right]][] = [
    ["owner", await session(owner), ["manage", "manage", "none"]],
    ["admin", await session(await givenMember("admin", ours)), ["manage", "manage", "none"]],
    ["member", await session(await givenMember("member", ours)), ["stats", "stats", "none"]],
    ["stranger", await session(stranger), ["none", "none", "manage"]],
    ["key", { key: await givenKey(ours) }, ["manage", "manage", "none"]],
    ["reading key", { key: await givenKey(ours, ["stats"]) }, ["stats", "stats", "none"]],
    ["sending key", { key: await givenKey(ours, ["ingest"]) }, ["ingest", "ingest", "none"]],
    ["key of the first", { key: await givenKey(ours, undefined, first.site_id) }, ["manage", "none", "none"]],
    ["reading key of the second", { key: await givenKey(ours, ["stats"], second.site_id) }, ["none", "stats", "none"]],
    ["key of the stranger", { key: await givenKey(stranger.organization.id) }, ["none", "none", "manage"]],
    ["nobody", {}, ["unknown", "unknown", "unknown"]],
  ];
  const managerOf = (property: number): Access => callers.find(([, , rights]) => rights[property] === "manage")![1];
  return { properties: [first, second, theirs], callers, managerOf };
}

type World = Awaited<ReturnType<typeof givenWorld>>;

async function walk(name: string, { properties, callers, managerOf }: World): Promise<void> {
  const bodyOf = BODIES[name]!;
  let n = 0;
  const create = async (property: number): Promise<string> => {
    const at = `/api/v1/properties/${properties[property]!.site_id}/${name}`;
    const reply = await call("POST", at, { ...managerOf(property), body: bodyOf(n++) });
    expect(reply.status).toBe(201);
    return ((await reply.json()) as { id: string }).id;
  };
  const ids = [await create(0), await create(1), await create(2)];
  for (const [who, access, rights] of callers)
    for (const [property, { site_id }] of properties.entries()) {
      const right = rights[property]!;
      const at = `/api/v1/properties/${site_id}/${name}`;
      const id = ids[property]!;
      const asked = async (method: string, path: string, sent?: object) =>
        (await call(method, path, { ...access, ...(sent ? { body: sent } : {}) })).status;
      const found = {
        list: await asked("GET", at),
        get: await asked("GET", `${at}/${id}`),
        create: await asked("POST", at, bodyOf(n++)),
        change: await asked("PATCH", `${at}/${id}`, bodyOf(n++)),
        // Of another property, through one that the caller may use.
        foreign: await asked("GET", `${at}/${ids[(property + 1) % 3]}`),
        foreignChange: await asked("PATCH", `${at}/${ids[(property + 1) % 3]}`, bodyOf(n++)),
        foreignDelete: await asked("DELETE", `${at}/${ids[(property + 1) % 3]}`),
        delete: await asked("DELETE", `${at}/${id}`),
      };
      const [reading, writing] = [READING[right], WRITING[right]];
      expect({ name, who, property, ...found }).toEqual({
        name,
        who,
        property,
        list: reading,
        get: reading,
        create: writing || 201,
        change: writing || 200,
        foreign: reading === 200 ? 404 : reading,
        foreignChange: writing || 404,
        foreignDelete: writing || 404,
        delete: writing || 204,
      });
      if (found.delete === 204) ids[property] = await create(property);
    }
}

async function walkPathGroups({ properties, callers }: World): Promise<void> {
  for (const [who, access, rights] of callers)
    for (const [property, { site_id }] of properties.entries()) {
      const at = `/api/v1/properties/${site_id}/path-groups`;
      const body = { patterns: [{ pattern: `/${property}/**`, label: `Property ${property}` }] };
      const put = (await call("PUT", at, { ...access, body })).status;
      const got = await call("GET", at, access);
      const right = rights[property]!;
      expect([who, property, put, got.status]).toEqual([who, property, WRITING[right] || 200, READING[right]]);
      if (right === "manage") expect(await got.json()).toMatchObject(body);
    }
}

/** Personal things: without the scope `manage`, an account writes these and no others. */
async function walkPersonal(
  name: "segments" | "annotations",
  { properties, callers, managerOf }: World,
): Promise<void> {
  const bodyOf = BODIES[name]!;
  let n = 100;
  for (const [who, access, rights] of callers)
    for (const [property, { site_id }] of properties.entries()) {
      const at = `/api/v1/properties/${site_id}/${name}`;
      const right = rights[property]!;
      const isAccount = access?.key === undefined && right !== "unknown";
      const isManager = right === "manage";
      const mayOwn = isAccount && (isManager || right === "stats");
      const refused = WRITING[right];
      const ask = async (method: string, path: string, body?: object) =>
        call(method, path, { ...access, ...(body ? { body } : {}) });
      const status = async (...given: Parameters<typeof ask>) => (await ask(...given)).status;
      const of = { name, who, property };

      const made = await ask("POST", at, { ...bodyOf(n++), shared: false });
      // A key with the scope has no account for which it could be personal.
      expect([of, made.status]).toEqual([of, mayOwn ? 201 : refused || 400]);
      const others = await call("POST", at, { ...managerOf(property), body: bodyOf(n++) });
      const shared = ((await others.json()) as { id: string }).id;
      expect([of, await status("POST", at, { ...bodyOf(n++), shared: true })]).toEqual([of, refused || 201]);
      expect([of, await status("PATCH", `${at}/${shared}`, bodyOf(n++))]).toEqual([of, refused || 200]);
      if (!mayOwn) continue;

      const { id } = (await made.json()) as { id: string };
      const own = `${at}/${id}`;
      expect([of, await status("GET", own)]).toEqual([of, 200]);
      expect([of, await status("PATCH", own, {})]).toEqual([of, 200]);
      expect([of, await status("PATCH", own, { ...bodyOf(n++), shared: false })]).toEqual([of, 200]);
      for (const [other, theirs, theirRights] of callers) {
        if (other === who) continue;
        const [reading, writing] = [READING[theirRights[property]!], WRITING[theirRights[property]!]];
        const statuses = await Promise.all(
          (["GET", "PATCH", "DELETE"] as const).map(
            async (method) =>
              (await call(method, own, { ...theirs, ...(method === "PATCH" ? { body: bodyOf(n++) } : {}) })).status,
          ),
        );
        const expected = [reading === 200 ? 404 : reading, writing || 404, writing || 404];
        expect([of, other, statuses]).toEqual([of, other, expected]);
      }
      if (!isManager) expect([of, await status("PATCH", own, { shared: true })]).toEqual([of, 403]);
      expect([of, await status("DELETE", own)]).toEqual([of, 204]);
      expect([of, await status("DELETE", own)]).toEqual([of, isManager ? 404 : 403]);
    }
}

// One world for all: signing in is what takes time here.
test("what is saved is read and written by whom the property is open to", async () => {
  const world = await givenWorld();
  for (const name of Object.keys(BODIES)) await walk(name, world);
  await walkPathGroups(world);
  await walkPersonal("segments", world);
  await walkPersonal("annotations", world);
});
