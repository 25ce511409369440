// How patiently a provider is asked: the circuit breaker and the pauses between attempts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backOff, retryAfter } from "../../../workers/domain/networks/back-off";
import {
  afterAnswer,
  afterFailure,
  type Breaker,
  closedBreaker,
  endBreaker,
  passFor,
} from "../../../workers/domain/networks/breaker";

const POLICY = { failures: 3, pause: 1000, openings: 3 };
const fail = (breaker: Breaker, now: number, times = 1): Breaker =>
  Array.from({ length: times }).reduce<Breaker>((b) => afterFailure(b, now, "it is away", POLICY), breaker);
const kindAt = (breaker: Breaker, now: number) => passFor(breaker, now).pass.kind;

describe("the breaker", () => {
  test("opens after failures in a row, not after as many with answers between", () => {
    expect(kindAt(fail(closedBreaker(), 0, 3), 0)).toBe("wait");
    const between = fail(afterAnswer(fail(closedBreaker(), 0, 2)), 0, 2);
    expect(kindAt(between, 0)).toBe("go");
  });

  test("lets one try after the pause, and all when that one was answered", () => {
    const open = fail(closedBreaker(), 0, 3);
    expect(passFor(open, 400).pass).toEqual({ kind: "wait", ms: 600 });
    const first = passFor(open, 1000);
    expect(first.pass.kind).toBe("go");
    expect(kindAt(first.breaker, 1000)).toBe("wait");
    expect(kindAt(afterAnswer(first.breaker), 1000)).toBe("go");
  });

  test("pauses twice as long each time, and is over when the provider stays away", () => {
    const second = fail(passFor(fail(closedBreaker(), 0, 3), 1000).breaker, 1000);
    expect(passFor(second, 1000).pass).toEqual({ kind: "wait", ms: 2000 });
    const third = fail(passFor(second, 3000).breaker, 3000);
    expect(passFor(third, 99_999).pass).toEqual({
      kind: "over",
      reason: "provider failed 5 times in a row: it is away",
    });
    expect(kindAt(afterAnswer(third), 99_999)).toBe("over");
  });

  test("does not open again for calls that were under way when it opened", () => {
    const open = fail(closedBreaker(), 0, 3);
    expect(fail(open, 500, 5)).toMatchObject({ openings: 1, open_until: 1000 });
  });

  test("is over at once when there is no use in calling", () => {
    expect(passFor(endBreaker(closedBreaker(), "key is wrong"), 0).pass).toEqual({
      kind: "over",
      reason: "key is wrong",
    });
  });

  test("never lets more than one try while half-open, and ends when everything fails", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3000), fc.boolean()), { minLength: 1, maxLength: 60 }), (calls) => {
        let now = 0;
        let breaker = closedBreaker();
        for (const [ms, answers] of calls) {
          now += ms;
          const asked = passFor(breaker, now);
          breaker = asked.breaker;
          if (breaker.trying) expect(kindAt(breaker, now)).toBe("wait");
          if (asked.pass.kind === "go") breaker = answers ? afterAnswer(breaker) : fail(breaker, now);
          expect(breaker.trying).toBe(false);
        }
        if (calls.every(([, answers]) => !answers)) {
          for (let i = 0; i < 20; i++) {
            now += 10_000;
            const asked = passFor(breaker, now);
            breaker = asked.pass.kind === "go" ? fail(asked.breaker, now) : asked.breaker;
          }
          expect(kindAt(breaker, now)).toBe("over");
        }
      }),
    );
  });
});

describe("the pause before the next attempt", () => {
  test("grows, stays within its span and below the most", () => {
    const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), chances, chances, (attempt, one, other) => {
        const policy = { base: 500, max: 8000 };
        const pause = backOff(attempt, one, policy);
        expect(pause).toBeGreaterThanOrEqual(Math.min(500 * 2 ** (attempt - 1), 8000) / 2);
        expect(pause).toBeLessThanOrEqual(8000);
        expect(backOff(attempt + 1, other, policy)).toBeGreaterThanOrEqual(pause * 0.5);
      }),
    );
  });

  test.each([
    ["7", 7000],
    [" 0 ", 0],
    ["Thu, 01 Jan 1970 00:01:00 GMT", 50_000],
    ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
    ["-1", null],
    ["1e9", null],
    ["soon", null],
    ["99999999999", null],
    ["", null],
    [null, null],
  ])("that Retry-After %j asks for is %j", (header, wait) => {
    expect(retryAfter(header, 10_000)).toBe(wait);
  });
});
