// Names of a stored id: in whatever order they arrive, the latest before an event is that of the event.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Names, personAt, withName, withoutPerson } from "../../../workers/domain/visits/names";

const named = fc.record({ time: fc.nat(1000), person: fc.constantFrom("u_a", "u_b", "u_c") });
const all = (list: readonly { time: number; person: string }[]): Names =>
  list.reduce<Names>((names, { time, person }) => withName(names, time, person), []);

it("nobody is named before the first, and the last holds from then on, in any order of arrival", () => {
  fc.assert(
    fc.property(fc.uniqueArray(named, { selector: ({ time }) => time, minLength: 1 }), (list) => {
      const names = all(list);
      const inOrder = list.toSorted((a, b) => a.time - b.time);
      expect(personAt(names, inOrder[0]!.time - 1)).toBe(null);
      expect(personAt(names, 2000)).toBe(inOrder.at(-1)!.person);
    }),
  );
});

it("in order, each event has the last user before it, among the latest eight", () => {
  fc.assert(
    fc.property(fc.array(named), fc.nat(1000), (list, time) => {
      const inOrder = list.toSorted((a, b) => a.time - b.time);
      const names = all(inOrder);
      expect(names.length).toBeLessThanOrEqual(8);
      if (names.length > 0 && time >= names[0]![0])
        expect(personAt(names, time)).toBe(inOrder.findLast((one) => one.time <= time)!.person);
    }),
  );
});

it("are sorted, and no neighbours are the same person; also without one of them", () => {
  fc.assert(
    fc.property(fc.array(named), (list) => {
      const names = all(list);
      for (const some of [names, withoutPerson(names, "u_a")])
        for (const [i, [since, person, last]] of some.entries()) {
          expect(last).toBeGreaterThanOrEqual(since);
          expect(some[i + 1]?.[1]).not.toBe(person);
          if (some[i + 1]) expect(some[i + 1]![0]).toBeGreaterThanOrEqual(last);
        }
      expect(withoutPerson(names, "u_a").some(([, person]) => person === "u_a")).toBe(false);
    }),
  );
});
