// The schedule follows from the list of tasks.
import { expect, it } from "vitest";
import { CRON_MINUTES, RUN_KINDS, RUNS, type Slot } from "../../../workers/domain/runs/tasks";

const slots = RUN_KINDS.flatMap((kind) => RUNS[kind].slots.map((slot: Slot) => ({ kind, ...slot })));

it("no two slots make the same id", () => {
  const names = slots.map(({ kind, name = kind, every }) => `${name} ${every}`);
  expect(names.length).toBeGreaterThan(3);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(slots.map(({ kind, name = kind }) => name)).size).toBe(names.length);
});

it("every slot is due when the cron comes, within its hour or day", () => {
  for (const { every, after } of slots) {
    expect(after % CRON_MINUTES).toBe(0);
    expect(after).toBeLessThan(every === "hour" ? 60 : 24 * 60);
  }
});

it("every kind has names of its own", () => {
  for (const field of ["label", "title"] as const)
    expect(new Set(RUN_KINDS.map((kind) => RUNS[kind][field])).size).toBe(RUN_KINDS.length);
});
