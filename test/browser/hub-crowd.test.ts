// A hub with a crowd of visitors on one day, in a heap too small to remember them all, thrown out in the middle: it neither
// dies nor miscounts anybody. `CROWD_VISITORS=200000` tries a big day in the heap that the platform gives an isolate.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { addTo, type CrowdPlan, countPlainly, lastStep, type Sums } from "../../scripts/bench/crowd.ts";
import { bundle, serve } from "../../scripts/bench/runtime.ts";

const folder = mkdtempSync(join(tmpdir(), "trackkit-crowd-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const VISITORS = Number(process.env.CROWD_VISITORS ?? 60_000);
/** A hub that remembered everybody ran out of 128 MB at 70,000 visitors, and would run out of this at two thirds of the crowd. */
const HEAP_MB = VISITORS < 200_000 ? 64 : 128;

const DAY = 86_400_000;
const NEWCOMERS = 1_000;
const plan: CrowdPlan = {
  midnight: Math.floor(Date.now() / DAY) * DAY - DAY,
  ...{ steps: VISITORS / NEWCOMERS, after: 10, newcomers: NEWCOMERS },
};
/** Steps of one request. */
const PORTION = 5;
/** After these steps the hub dies at once; after the last of them the whole runtime stops. */
const DEATHS = [1, 2, 3].map((quarter) => Math.round((plan.steps * quarter) / 4 / PORTION) * PORTION);
const STOP = plan.steps - PORTION;

it(`counts ${VISITORS} visitors of a day exactly in a heap of ${HEAP_MB} MB`, { timeout: 1_200_000 }, async () => {
  process.env.MINIFLARE_WORKERD_V8_FLAGS = `--max-old-space-size=${HEAP_MB}`;
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
