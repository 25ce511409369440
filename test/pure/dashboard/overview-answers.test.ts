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
import { anomaliesAsk, canForecast, forecastAsk } from "../../../dashboard/src/screens/overview/forecast";

const TODAY = "2026-11-22";
const sceneOf = (params: Params, today = TODAY): Scene => ({ siteId: "shop", today, view: readView(params) });

interface Call {
  questions: Question[];
  /** The visitors of each question's answer. Without any the request fails; a text is the reason why it is refused. */
  answer: (...visitors: (number | string)[]) => Promise<void>;
}
let calls: Call[];

/** Promises that hang on one another settle one after the other. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function replyWith(visitors: readonly (number | string)[]): Response {
  const [first] = visitors;
  if (first === undefined) return new Response("{}", { status: 503 });
  if (typeof first === "string")
    return Response.json({ error: { code: "invalid", message: `queries[0]: ${first}` } }, { status: 400 });
  return Response.json({
    results: visitors.map((count) => ({ results: [{ dimensions: [], metrics: [count] }], meta: {}, query: {} })),
  });
}

beforeEach(() => {
  calls = [];
  vi.stubGlobal("fetch", (path: string, { body }: { body: string }) => {
    expect(path).toBe("/api/v2/batch");
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { queries, ...common } = JSON.parse(body) as { queries: Partial<Question>[] };
    calls.push({
      questions: queries.map((query) => ({ ...common, ...query }) as Question),
      answer(...visitors) {
        resolve(replyWith(visitors));
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

test("the questions of a screen leave in one request, and their answers arrive together", async () => {
  const { made: summary, ask } = given({ period: "28d" }, (scene) => createAnswers(scene, summaryQuestions));
  await settled();
  expect(calls.map(({ questions }) => questions.map(({ date_range }) => date_range))).toEqual([
    [
      ["2026-10-26", "2026-11-22"],
      ["2026-10-26", "2026-11-21"],
    ],
  ]);
  expect(summary.value()).toBe(undefined);
  await calls[0]!.answer(5252, 5100);
  expect(changeRow(summary.value()!, summary.shown()!.key)?.metrics).toEqual([5100]);

  // A finished period has no whole days beside it, and none of the last period's stay.
  ask({ period: "yesterday" });
  await settled();
  expect(summary.shown()?.key.view.period.name).toBe("28d");
  expect(calls[1]!.questions).toHaveLength(1);
  await calls[1]!.answer(165);
  expect(summary.shown()?.key.view.period.name).toBe("yesterday");
  expect(summary.value()?.wholeDays).toBe(null);
  expect(changeRow(summary.value()!, summary.shown()!.key)?.metrics).toEqual([165]);
});

test("a request that fails fails all of it: a change is never told of other days", async () => {
  const { made: summary } = given({ period: "28d" }, (scene) => createAnswers(scene, summaryQuestions));
  await settled();
  await calls[0]!.answer();
  expect([summary.state(), summary.value()]).toEqual(["error", undefined]);
  summary.retry();
  await settled();
  await calls[1]!.answer(5252, 5100);
  expect(summary.state()).toBe("ready");
});

test("a question that is refused does not take the others with it, and says why", async () => {
  const { made } = given({ period: "28d" }, (scene) => ({
    summary: createAnswer(scene, (now) => summaryQuestions(now).period),
    line: createAnswer(scene, (now) => trendQuestions(now).line),
  }));
  await settled();
  await calls[0]!.answer("filters[0] is too long");
  expect(calls.map(({ questions }) => questions.length)).toEqual([2, 1, 1]);
  await calls[1]!.answer(12);
  await calls[2]!.answer("filters[0] is too long");
  expect([made.summary.state(), made.line.state()]).toEqual(["ready", "error"]);
  expect((made.line.error() as Error).message).toBe("Filters[0] is too long.");
});

test("many questions leave in requests of twenty", async () => {
  given({ period: "28d" }, (scene) =>
    Array.from({ length: 45 }, (_, n) =>
      createAnswer(scene, (now) => ({ ...trendQuestions(now).line, pagination: { limit: n + 1, offset: 0 } })),
    ),
  );
  await settled();
  expect(calls.map(({ questions }) => questions.length)).toEqual([20, 20, 5]);
});

test("today on another day is another question", async () => {
  const { made: trend, ask } = given({ period: "day" }, (scene) =>
    createAnswer(scene, (now) => trendQuestions(now).line),
  );
  await settled();
  await calls[0]!.answer(12);
  ask({ period: "day" }, "2026-11-23");
  await settled();
  expect(calls[1]!.questions).toEqual(calls[0]!.questions);
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
  await settled();
  await calls[0]!.answer();
  expect(made.top.state()).toBe("error");
  made.summary.retry();
  await settled();
  await calls[1]!.answer(5252);
  await settled();
  await calls[2]!.answer(7);
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
    const hasForecast = intervalFor(period) === "day" && isRunning(period, TODAY);
    expect(canForecast(scene), name).toBe(hasForecast);
    // Of a week or less it is off until it is switched on.
    expect(forecastAsk(scene) !== null, name).toBe(hasForecast && name !== "7d");
    expect(forecastAsk(sceneOf({ period: name, forecast: "on" })) !== null, name).toBe(hasForecast);
    expect(forecastAsk(sceneOf({ period: name, forecast: "off" }))).toBe(null);
  }
  expect(anomaliesAsk(sceneOf({ period: "7d", interval: "hour" }))).toBe(null);
  expect(canForecast(sceneOf({ period: "28d", interval: "week" }))).toBe(false);
  expect(anomaliesAsk(sceneOf({ period: "7d" }))).toEqual({ siteId: "shop", from: "2026-11-16", to: TODAY });
});
