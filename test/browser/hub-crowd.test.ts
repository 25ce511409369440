// A hub with 200,000 visitors on one day, with the heap that the platform gives an isolate, thrown out in the middle: it
// neither dies nor miscounts anybody.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { addTo, type CrowdPlan, countPlainly, lastStep, type Sums } from "../../scripts/bench/crowd.ts";
import { bundle, serve } from "../../scripts/bench/runtime.ts";

const folder = mkdtempSync(join(tmpdir(), "trackkit-crowd-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DAY = 86_400_000;
const plan: CrowdPlan = {
  midnight: Math.floor(Date.now() / DAY) * DAY - DAY,
  ...{ steps: 200, after: 10, newcomers: 1_000 },
};
/** Steps of one request. */
const PORTION = 5;
/** After these steps the hub dies at once; after the last of them the whole runtime stops. */
const DEATHS = [50, 100, 150];
const STOP = 195;

it("counts 200,000 visitors of a day exactly in a heap of 128 MB", { timeout: 1_200_000 }, async () => {
  process.env.MINIFLARE_WORKERD_V8_FLAGS = "--max-old-space-size=128";
  const script = await bundle("scripts/bench/inside/crowd.ts", folder);
  const messages: Record<string, Sums> = {};
  async function run(from: number, to: number): Promise<void> {
    const server = await serve({ script, state: join(folder, "state"), consumes: false });
    const ask = async (path: string, body?: unknown): Promise<Response> => {
      const response = await fetch(`${server.url}/crowd/${path}`, { method: "POST", body: JSON.stringify(body ?? {}) });
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return response;
    };
    try {
      for (let step = from; step < to; step += PORTION) {
        await ask("run", { plan, from: step, to: Math.min(step + PORTION, to) });
        if (DEATHS.includes(step + PORTION)) await ask("die");
      }
      Object.assign(messages, await (await ask("messages")).json());
    } finally {
      await server.close();
    }
  }
  try {
    await run(0, STOP);
    await run(STOP, lastStep(plan));
  } finally {
    delete process.env.MINIFLARE_WORKERD_V8_FLAGS;
  }
  const counted: Sums = {};
  for (const sums of Object.values(messages)) for (const [name, by] of Object.entries(sums)) addTo(counted, name, by);
  const expected = countPlainly(plan);
  const date = new Date(plan.midnight).toISOString().slice(0, 10);
  expect(expected[`${date} visitors`]).toBe(plan.steps * plan.newcomers);
  const withoutZeros = (sums: Sums) =>
    Object.fromEntries(
      Object.entries(sums)
        .filter(([, sum]) => sum !== 0)
        .sort(),
    );
  expect(withoutZeros(counted)).toEqual(withoutZeros(expected));
});
