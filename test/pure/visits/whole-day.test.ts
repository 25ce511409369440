// What follows from all events of a day: their order, and the users of browsers.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { inTotalOrder } from "../../../workers/domain/events/order";
import { settledDay } from "../../../workers/domain/visits/order/restamp";
import { DayVisitors } from "../../../workers/domain/visits/order/visitors";
import { unpackEvent } from "../../../workers/domain/visits/packed";

describe("a day", () => {
  it("finds every change of a browser's user, in whatever order the objects have the events", () => {
    const naming = (event_time: number, user: string): StampedEvent => ({
      ...unpackEvent([]),
      ...{ event_time, user_id: user, person_id: `u_${user}`, own: { person_id: "s_browser" } },
    });
    const users = ["ann", "bob"];
    const given = fc.uniqueArray(fc.record({ time: fc.nat(1000), user: fc.constantFrom(...users) }), {
      selector: ({ time }) => time,
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(given, fc.nat(1000), (list, time) => {
        const { names } = settledDay(list.map((one) => naming(one.time, one.user)));
        const expected = list.toSorted((a, b) => a.time - b.time).findLast((one) => one.time <= time);
        const found = names.findLast(({ event_time }) => event_time <= time);
        expect(found?.person).toBe(expected && `u_${expected.user}`);
      }),
    );
  });

  it.each<[string, (i: number) => [user: string, unnamed: string]]>([
    ["one user", (i) => ["u_guest", `browser ${i}`]],
    ["a chain of users", (i) => [`u_${i}`, `u_${i + 1}`]],
    ["a chain from its end", (i) => [`u_${50_000 - i}`, `u_${49_999 - i}`]],
  ])("puts 50,000 browsers that %s links into one group, in seconds", { timeout: 30_000 }, (_, idsOf) => {
    const day = new DayVisitors();
    const all = new Set<string>();
    for (let i = 0; i < 50_000; i += 1) {
      const [user, unnamed] = idsOf(i);
      const ids = { user_id: user, person_id: user, visitor_id: user, visitor_unnamed: unnamed };
      day.add({ event_id: `${i}`, event_time: i, seq: i, ...ids });
      all.add(user).add(unnamed);
    }
    const ofNobody = { user_id: null, person_id: null, visitor_unnamed: null, event_id: "", event_time: 0, seq: 0 };
    expect(new Set([...all].map((visitor_id) => day.groupOf({ ...ofNobody, visitor_id }))).size).toBe(1);
  });

  it("sorts by time, then by place, then by id", () => {
    const row = (event_time: number, seq: number, event_id: string) => ({
      ...unpackEvent([]),
      event_time,
      seq,
      event_id,
    });
    const rows = [row(2, 1, "a"), row(1, 2, "a"), row(1, 1, "b"), row(1, 1, "a")];
    expect(rows.toSorted(inTotalOrder).map(({ event_time, seq, event_id }) => [event_time, seq, event_id])).toEqual([
      [1, 1, "a"],
      [1, 1, "b"],
      [1, 2, "a"],
      [2, 1, "a"],
    ]);
  });
});
