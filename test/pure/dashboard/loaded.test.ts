// What is loaded for a screen: the value and its question move together, and nothing old stays where it is not asked for.
import { createRoot, createSignal } from "solid-js";
import { afterEach, expect, test } from "vitest";
import { createLoaded, isBusy, isOld, type LoadedFor, valueFor } from "../../../dashboard/src/data/answer";

interface Key {
  period: string;
  /** Not part of the question: a name that the screen shows beside the value. */
  name?: string;
}

interface Load {
  period: string;
  signal: AbortSignal;
  answer: (value: string) => Promise<void>;
  fail: (cause?: unknown) => Promise<void>;
}

const disposals: (() => void)[] = [];
afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose();
});

/** A screen whose key is set by hand, and whose loads are answered by hand. */
function givenScreen(first: Key | null) {
  const loads: Load[] = [];
  const [key, setKey] = createSignal<Key | null>(first);
  const [tick, setTick] = createSignal(0);
  const load = ({ period }: Key, signal: AbortSignal): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const settle = async (): Promise<void> => {
      await promise.catch(() => undefined);
    };
    loads.push({
      period,
      signal,
      answer(value) {
        resolve(value);
        return settle();
      },
      fail(cause = new Error("unreachable")) {
        reject(cause);
        return settle();
      },
    });
    return promise;
  };
  const loaded = createRoot((dispose) => {
    disposals.push(dispose);
    return createLoaded(key, load, tick, ({ period }) => period);
  });
  return {
    loads,
    loaded,
    last: () => loads.at(-1)!,
    ask: (next: Key | null) => setKey(next),
    refresh: () => setTick((n) => n + 1),
  };
}

const seen = <T, K extends Key>(loaded: LoadedFor<T, K>): string => {
  const shown = loaded.shown();
  expect(loaded.value()).toBe(shown?.value);
  return `${loaded.state()}: ${shown ? `${shown.key.period} ${shown.value}` : "nothing"}`;
};

test("a value is shown with the key it answers until the value of the next key is there", async () => {
  const { loaded, last, ask } = givenScreen({ period: "28d" });
  expect(seen(loaded)).toBe("loading: nothing");
  await last().answer("5,252");
  expect(seen(loaded)).toBe("ready: 28d 5,252");
  ask({ period: "7d" });
  expect(seen(loaded)).toBe("stale: 28d 5,252");
  expect([isOld(loaded), isBusy(loaded)]).toEqual([true, true]);
  await last().answer("1,307");
  expect(seen(loaded)).toBe("ready: 7d 1,307");
  expect([isOld(loaded), isBusy(loaded)]).toEqual([false, false]);
});

test("where nothing is asked nothing is shown, and what was shown does not come back", async () => {
  const { loaded, loads, last, ask } = givenScreen({ period: "28d" });
  await last().answer("5,252");
  ask(null);
  expect(seen(loaded)).toBe("idle: nothing");
  expect(isBusy(loaded)).toBe(false);
  ask({ period: "7d" });
  expect(seen(loaded)).toBe("loading: nothing");
  expect(loads.map(({ period }) => period)).toEqual(["28d", "7d"]);
});

test("a load that nobody waits for any more is cancelled, and its late value is not shown", async () => {
  const { loaded, loads, ask } = givenScreen({ period: "28d" });
  ask({ period: "7d" });
  expect(loads[0]!.signal.aborted).toBe(true);
  await loads[0]!.answer("5,252");
  expect(seen(loaded)).toBe("loading: nothing");
  ask(null);
  await loads[1]!.answer("1,307");
  expect(seen(loaded)).toBe("idle: nothing");
});

test("after a failed change of key no old value stays, neither then nor while a third is loaded", async () => {
  const { loaded, last, ask } = givenScreen({ period: "28d" });
  await last().answer("5,252");
  ask({ period: "7d" });
  await last().fail(new Error("503"));
  expect(seen(loaded)).toBe("error: nothing");
  expect(loaded.error()).toEqual(new Error("503"));
  ask({ period: "all" });
  expect(seen(loaded)).toBe("loading: nothing");
  expect(loaded.error()).toBe(undefined);
  ask({ period: "7d" });
  expect(seen(loaded)).toBe("loading: nothing");
  ask({ period: "28d" });
  expect(seen(loaded)).toBe("loading: nothing");
});

test("a refresh of the same key is silent; when it fails the value stays, marked as old", async () => {
  const { loaded, loads, last, refresh } = givenScreen({ period: "28d" });
  await last().answer("5,252");
  refresh();
  expect(loads.length).toBe(2);
  expect(seen(loaded)).toBe("ready: 28d 5,252");
  await last().fail();
  expect(seen(loaded)).toBe("error: 28d 5,252");
  expect([isOld(loaded), isBusy(loaded)]).toEqual([true, false]);
  // A refresh by itself leaves the failure standing until it is over.
  refresh();
  expect(seen(loaded)).toBe("error: 28d 5,252");
  await last().answer("5,260");
  expect(seen(loaded)).toBe("ready: 28d 5,260");
  expect(isOld(loaded)).toBe(false);
});

test("the value of a failed refresh is gone once another key fails too", async () => {
  const { loaded, last, refresh, ask } = givenScreen({ period: "28d" });
  await last().answer("5,252");
  refresh();
  await last().fail();
  ask({ period: "7d" });
  expect(seen(loaded)).toBe("stale: 28d 5,252");
  await last().fail();
  expect(seen(loaded)).toBe("error: nothing");
});

test("trying again shows that something happens, and mends what it can", async () => {
  const { loaded, last, ask, refresh } = givenScreen({ period: "28d" });
  await last().fail();
  expect(seen(loaded)).toBe("error: nothing");
  loaded.retry();
  expect(seen(loaded)).toBe("loading: nothing");
  await last().fail();
  expect(seen(loaded)).toBe("error: nothing");
  loaded.retry();
  await last().answer("5,252");
  expect(seen(loaded)).toBe("ready: 28d 5,252");
  refresh();
  await last().fail();
  loaded.retry();
  expect(seen(loaded)).toBe("stale: 28d 5,252");
  ask({ period: "7d" });
  await last().answer("1,307");
  expect(seen(loaded)).toBe("ready: 7d 1,307");
});

test("back at the key whose value is still shown it is the answer again, and is looked up anew", async () => {
  const { loaded, loads, last, ask } = givenScreen({ period: "28d" });
  await last().answer("5,252");
  ask({ period: "7d" });
  ask({ period: "28d" });
  expect(seen(loaded)).toBe("ready: 28d 5,252");
  await last().answer("5,253");
  expect(seen(loaded)).toBe("ready: 28d 5,253");
  expect(loads.map(({ period }) => period)).toEqual(["28d", "7d", "28d"]);
});

test("a key that asks the same takes the value over at once, without asking", async () => {
  const { loaded, loads, last, ask } = givenScreen({ period: "28d", name: "one" });
  await last().answer("5,252");
  ask({ period: "28d", name: "other" });
  expect(loaded.shown()).toEqual({ key: { period: "28d", name: "other" }, value: "5,252" });
  expect(loaded.state()).toBe("ready");
  expect(loads.length).toBe(1);
  // Also while it waits for another: the name that it had last is the one that it keeps.
  ask({ period: "7d", name: "third" });
  expect(loaded.shown()).toEqual({ key: { period: "28d", name: "other" }, value: "5,252" });
  expect(loads.length).toBe(2);
});

test("a key that changes before its value is there labels the value as it is by then", async () => {
  const { loaded, last, ask } = givenScreen({ period: "28d", name: "one" });
  ask({ period: "28d", name: "other" });
  await last().answer("5,252");
  expect(loaded.shown()).toEqual({ key: { period: "28d", name: "other" }, value: "5,252" });
});

test("a value is used beside another answer only if it answers exactly that key", async () => {
  const { loaded, last, ask } = givenScreen({ period: "28d" });
  expect(valueFor(loaded, { period: "28d" })).toBe(undefined);
  await last().answer("5,252");
  expect(valueFor(loaded, { period: "28d" })).toBe("5,252");
  expect(valueFor(loaded, { period: "7d" })).toBe(undefined);
  expect(valueFor(loaded, null)).toBe(undefined);
  ask({ period: "7d" });
  expect(valueFor(loaded, { period: "28d" })).toBe("5,252");
  expect(valueFor(loaded, { period: "7d" })).toBe(undefined);
});
