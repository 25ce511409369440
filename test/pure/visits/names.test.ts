// Names of a stored id: in whatever order they arrive, the latest before an event is that of the event.
import fc from "fast-check";
import { expect, it } from "vitest";
import { momentsOf, type Names, personAt, withName, withoutPerson } from "../../../workers/domain/visits/names";

interface Named {
  time: number;
  person: string;
}
const MOST = 16;
const named = fc.record({ time: fc.nat(1000), person: fc.constantFrom("u_a", "u_b", "u_c") });
const all = (list: readonly Named[]): Names =>
  list.reduce<Names>((names, { time, person }) => withName(names, time, person), []);
/** What a list of everything answers. */
const expectedAt = (list: readonly Named[], time: number): string | null =>
  list.toSorted((a, b) => a.time - b.time).findLast((one) => one.time <= time)?.person ?? null;
const aList = (maxLength: number) => fc.uniqueArray(named, { selector: ({ time }) => time, maxLength });

it("gives a browser back to the user who was named again after a name that comes late", () => {
  const names = all([1, 5, 10].map((time) => ({ time, person: "u_a" })).concat({ time: 3, person: "u_b" }));
  expect([0, 1, 2, 3, 4, 5, 9, 10, 11].map((time) => personAt(names, time))).toEqual([
    null,
    ...["u_a", "u_a"],
    ...["u_b", "u_b"],
    ...["u_a", "u_a", "u_a", "u_a"],
  ]);
});

it("answers as a list of all names does, in any order of arrival", () => {
  fc.assert(
    fc.property(fc.oneof(aList(12), aList(MOST)), (list) => {
      const names = all(list);
      for (const time of list.flatMap((one) => [one.time - 1, one.time, one.time + 1]))
        expect(personAt(names, time)).toBe(expectedAt(list, time));
    }),
    { numRuns: 2000 },
  );
});

it("of a time that comes twice, the name that arrived later holds", () => {
  const close = fc.array(fc.record({ time: fc.nat(4), person: fc.constantFrom("u_a", "u_b") }), { maxLength: 12 });
  fc.assert(
    fc.property(close, (list) => {
      const names = all(list);
      const latest = [...new Map(list.map((one) => [one.time, one])).values()];
      for (let time = -1; time < 6; time += 1) expect(personAt(names, time)).toBe(expectedAt(latest, time));
    }),
  );
});

it("in order, each event has the last user before it, from the oldest change that is kept", () => {
  const often = fc.tuple(fc.array(named, { maxLength: 60 }), fc.nat(1000));
  fc.assert(
    fc.property(often, ([list, time]) => {
      const inOrder = [...new Map(list.map((one) => [one.time, one])).values()].sort((a, b) => a.time - b.time);
      const names = all(inOrder);
      expect(momentsOf(names).length).toBeLessThanOrEqual(MOST);
      const changes = inOrder.filter(({ person }, i) => inOrder[i - 1]?.person !== person);
      const [oldest] = changes.slice(-MOST);
      if (oldest && time >= oldest.time) expect(personAt(names, time)).toBe(expectedAt(inOrder, time));
    }),
    { numRuns: 1000 },
  );
});

it("beyond the bound, a late name is right at its time, and holds until the next moment that is kept", () => {
  const hours = Array.from({ length: 500 }, (_, i) => ({ time: i * 10, person: "u_a" }));
  for (const late of [5, 2505, 4985]) {
    const names = all([...hours, { time: late, person: "u_b" }]);
    expect([personAt(names, late - 1), personAt(names, late), personAt(names, 4990)]).toEqual(["u_a", "u_b", "u_a"]);
    // Moments are kept all over the time: a day's worth of sixteenths.
    expect(personAt(names, late + 1000)).toBe("u_a");
  }
});

it("are sorted, and no neighbours are the same person; also without one of them", () => {
  fc.assert(
    fc.property(fc.array(named), (list) => {
      const names = all(list);
      for (const some of [names, withoutPerson(names, "u_a")]) {
        const times = momentsOf(some).map(([time]) => time);
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        for (const [i, [, person]] of some.entries()) expect(some[i + 1]?.[1]).not.toBe(person);
      }
      expect(withoutPerson(names, "u_a").some(([, person]) => person === "u_a")).toBe(false);
      expect(JSON.parse(JSON.stringify(names))).toEqual(names);
    }),
  );
});

it("of the version before are read: since when, and when last", () => {
  const old: Names = [
    [1, "u_a", 3],
    [3, "u_b", 3],
    [7, "u_a", 7],
  ];
  expect([0, 1, 3, 6, 7].map((time) => personAt(old, time))).toEqual([null, "u_a", "u_b", "u_b", "u_a"]);
  const names = withName(old, 5, "u_c");
  expect([1, 3, 4, 5, 6, 7].map((time) => personAt(names, time))).toEqual(["u_a", "u_b", "u_b", "u_c", "u_c", "u_a"]);
});
