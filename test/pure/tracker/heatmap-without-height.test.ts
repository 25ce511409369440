// The heatmap of a page that has no size, as in an iframe that is not displayed.
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

it("ends: a share of nothing is no number, and equals not even itself", async () => {
  const globals = { scrollWidth: 0, scrollHeight: 0, innerWidth: 0, innerHeight: 0, scrollY: 0 };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  vi.stubGlobal("document", { documentElement: globals });
  vi.stubGlobal("location", { pathname: "/" });
  // Typed for browsers, which this test has none of.
  const chunk = "../../../tracker/chunks/heatmaps.ts";
  const { default: start } = (await import(/* @vite-ignore */ chunk)) as { default: (kit: object) => void };
  const leaving: (() => void)[] = [];
  const record = vi.fn(() => {
    if (record.mock.calls.length > 9) throw new Error("heatmap does not end");
  });
  start({
    record,
    on: () => undefined,
    onView: (act: () => void) => act(),
    onLeave: (act: () => void) => leaving.push(act),
  });
  for (const leave of [...leaving, ...leaving]) leave();
  expect(record.mock.calls).toEqual([["heatmap", { p: expect.objectContaining({ to: 0 }) }]]);
});
