// The start of what is due: whatever fails or crashes in between, it is started once, and a run that has ended stays so.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type ScheduleEnv, startRun, startWhatIsDue } from "../../../workers/jobs/schedule";
import { beginRun, endRun, loadRun } from "../../../workers/storage/runs/runs";
import { givenFreshStorage } from "../given";

givenFreshStorage();

const DUE = Date.UTC(2026, 10, 24, 7, 25);
const IDS = ["alerts-2026-11-24T07", "check-2026-11-24", "compaction-2026-11-24T07"];

/** Workflows that remember what was created, and refuse an id that was used. */
function workflows(fails: (id: string) => boolean = () => false) {
  const created: string[] = [];
  const workflow = {
    create: async ({ id }: { id: string }) => {
      if (fails(id)) throw new Error("platform is away");
      if (created.includes(id)) throw new Error("instance exists");
      created.push(id);
    },
    get: async (id: string) => {
      if (!created.includes(id)) throw new Error("instance does not exist");
      return { status: async () => ({ status: "complete" }) };
    },
  };
  return { created, bindings: { ...env, MAINTENANCE: workflow, PIPELINE: workflow } as unknown as ScheduleEnv };
}

it("a task that the platform did not take is started by the next cron, once", async () => {
  let isAway = true;
  const { created, bindings } = workflows((id) => isAway && id.startsWith("check"));
  await expect(startWhatIsDue(bindings, DUE)).rejects.toThrow("could not start all");
  expect(await loadRun(env.DB, "check-2026-11-24")).toBe(null);
  isAway = false;
  for (let cron = 1; cron <= 2; cron++) await startWhatIsDue(bindings, DUE + cron * 300_000);
  expect(created.filter((id) => IDS.includes(id)).sort()).toEqual(IDS);
});

it("a task that a crash kept from being started is started by the next cron", async () => {
  const { created, bindings } = workflows();
  await beginRun(env.DB, { id: "check-2026-11-24", kind: "check", site_id: null, trigger: "cron" }, DUE);
  await startWhatIsDue(bindings, DUE);
  expect(created).toContain("check-2026-11-24");
});

it("a run that ends while the cron looks at it has not failed", async () => {
  const { created, bindings } = workflows();
  await beginRun(env.DB, { id: "run-1", kind: "run", site_id: null, trigger: "cron" }, DUE);
  created.push("run-1");
  const PIPELINE = {
    ...bindings.PIPELINE,
    get: async () => {
      await endRun(env.DB, "run-1", { status: "done", ended_at: DUE + 1000 });
      return { status: async () => ({ status: "complete" }) };
    },
  } as unknown as ScheduleEnv["PIPELINE"];
  await startRun({ ...bindings, PIPELINE }, "cron", DUE + 300_000);
  expect(await loadRun(env.DB, "run-1")).toMatchObject({ status: "done", error: null });
});
