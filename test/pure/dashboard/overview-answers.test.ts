// The answers of the overview: what stands side by side arrives together, and is put together only where it belongs together.
import fc from "fast-check";
import { createRoot, createSignal } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAnswer, createAnswers, createRetry } from "../../../dashboard/src/data/answer";
import { intervalFor, isRunning, PERIOD_NAMES, type Period } from "../../../dashboard/src/data/period";
import {
  changeRow,
  haveSameVisitors,
  type Question,
  type Scene,
  summaryQuestions,
  trendQuestions,
} from "../../../dashboard/src/data/question";
import { type Params, readView } from "../../../dashboard/src/data/view";
import { anomaliesAsk, forecastAsk } from "../../../dashboard/src/screens/overview/forecast";

const TODAY = "2026-11-22";
const sceneOf = (params: Params, today = TODAY): Scene => ({ siteId: "shop", today, view: readView(params) });

interface Call {
  question: Question;
  /** Undefined fails. */
  answer: (visitors?: number) => Promise<void>;
}
let calls: Call[];

/** Promises that hang on one another settle one after the other. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  calls = [];
  vi.stubGlobal("fetch", (_path: string, { body }: { body: string }) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    calls.push({
      question: JSON.parse(body) as Question,
      answer(visitors) {
        const answer = { results: [{ dimensions: [], metrics: [visitors] }], meta: {}, query: {} };
        resolve(visitors === undefined ? new Response("{}", { status: 503 }) : Response.json(answer));
        return settled();
      },
    });
    return promise;
  });
});
const disposals: (() => void)[] = [];
afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose();
  vi.unstubAllGlobals();
});

/** A site of its own each time: the same question of two tests would go out once. */
let sites = 0;
function given<T>(params: Params, create: (scene: () => Scene) => T) {
  const siteId = `shop-${++sites}`;
  const [scene, setScene] = createSignal<Scene>({ ...sceneOf(params), siteId });
  const made = createRoot((dispose) => {
    disposals.push(dispose);
    return create(scene);
  });
  return { made, ask: (next: Params, today?: string) => setScene({ ...sceneOf(next, today), siteId }) };
}

test("the period and the whole days of its change arrive together", async () => {
  const { made: summary, ask } = given({ period: "28d" }, (scene) => createAnswers(scene, summaryQuestions));
  expect(calls.map(({ question }) => question.date_range)).toEqual([
    ["2026-10-26", "2026-11-22"],
    ["2026-10-26", "2026-11-21"],
  ]);
  await calls[0]!.answer(5252);
  expect(summary.value()).toBe(undefined);
  await calls[1]!.answer(5100);
  expect(changeRow(summary.value()!)?.metrics).toEqual([5100]);

  // A finished period has no whole days beside it, and none of the last period's stay.
  ask({ period: "yesterday" });
  expect(summary.shown()?.key.view.period.name).toBe("28d");
  expect(calls).toHaveLength(3);
  await calls[2]!.answer(165);
  expect(summary.shown()?.key.view.period.name).toBe("yesterday");
  expect(summary.value()?.wholeDays).toBe(null);
  expect(changeRow(summary.value()!)?.metrics).toEqual([165]);
});

test("where a part of it fails all of it does: a change is never told of other days", async () => {
  const { made: summary } = given({ period: "28d" }, (scene) => createAnswers(scene, summaryQuestions));
  await calls[0]!.answer(5252);
  await calls[1]!.answer();
  expect([summary.state(), summary.value()]).toEqual(["error", undefined]);
  summary.retry();
  expect(calls).toHaveLength(3);
  await calls[2]!.answer(5100);
  expect(summary.state()).toBe("ready");
});

test("today on another day is another question", async () => {
  const { made: trend, ask } = given({ period: "day" }, (scene) =>
    createAnswer(scene, (now) => trendQuestions(now).line),
  );
  await calls[0]!.answer(12);
  ask({ period: "day" }, "2026-11-23");
  expect(calls[1]!.question).toEqual(calls[0]!.question);
  expect([trend.state(), trend.shown()?.key.today]).toEqual(["stale", TODAY]);
  await calls[1]!.answer(0);
  expect([trend.state(), trend.shown()?.key.today]).toEqual(["ready", "2026-11-23"]);
});

test("what shows no failure of its own is tried again when another answer gets through", async () => {
  const { made } = given({ period: "28d" }, (scene) => {
    const summary = createAnswer(scene, (now) => summaryQuestions(now).period);
    const top = createAnswer(scene, (now) => trendQuestions(now).line);
    createRetry(top, summary);
    return { summary, top };
  });
  await calls[1]!.answer();
  await calls[0]!.answer();
  expect(made.top.state()).toBe("error");
  made.summary.retry();
  expect(calls).toHaveLength(3);
  await calls[2]!.answer(5252);
  expect(calls).toHaveLength(4);
  await calls[3]!.answer(7);
  expect(made.top.state()).toBe("ready");
});

const params: fc.Arbitrary<Params> = fc.record({
  period: fc.constantFrom(...PERIOD_NAMES),
  bots: fc.constantFrom("with", "without"),
  compare: fc.constantFrom("previous", "year", "none"),
  metric: fc.constantFrom("visitors", "bounce_rate"),
  pages: fc.constantFrom("page", "exit_page"),
});

test("two scenes count the same visitors if period and bots agree, whatever else they show", () => {
  fc.assert(
    fc.property(params, params, (one, other) => {
      const isSame = one.period === other.period && one.bots === other.bots;
      expect(haveSameVisitors(sceneOf(one), sceneOf(other))).toBe(isSame);
      expect(haveSameVisitors(sceneOf(one), sceneOf(one, "2026-11-23"))).toBe(false);
      expect(haveSameVisitors(sceneOf(one), { ...sceneOf(one), siteId: "another" })).toBe(false);
    }),
  );
});

test("forecast and anomalies are asked for only where the line can show them", () => {
  for (const name of PERIOD_NAMES) {
    const period: Period = { name };
    const scene = sceneOf({ period: name });
    expect(anomaliesAsk(scene) !== null, name).toBe(intervalFor(period) === "day");
    expect(forecastAsk(scene) !== null, name).toBe(intervalFor(period) === "day" && isRunning(period, TODAY));
  }
  expect(anomaliesAsk(sceneOf({ period: "7d" }))).toEqual({ siteId: "shop", from: "2026-11-16", to: TODAY });
});
