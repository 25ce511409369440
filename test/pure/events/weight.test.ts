// The weight of events: about how many rows of counts with values of its own each can write.
import { describe, expect, it } from "vitest";
import { rowsOfEvents, rowsOfHits, unitsOfRows } from "../../../workers/domain/events/weight";

const propsOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));

describe("the weight of events", () => {
  it("counts props, tags and what the sender names", () => {
    expect(rowsOfEvents([{}])).toBe(10);
    expect(rowsOfEvents([{ props: propsOf(7), button_id: "buy", href: "https://shop.example/" }])).toBe(19);
    expect(rowsOfEvents([{ url: "https://shop.example/?utm_source=a&utm_medium=b&utm_id=c" }])).toBe(12);
    expect(rowsOfHits([{ u: "https://shop.example/?utm_term=a", p: propsOf(2), k: "rule" }, {}])).toBe(24);
  });

  it("is bounded, and never fails, whatever was sent", () => {
    const hostile = [
      null,
      7,
      "text",
      [],
      true,
      { props: [1, 2], url: 3 },
      { u: {}, p: "p" },
      { props: propsOf(9_000) },
    ];
    for (const given of hostile)
      for (const rows of [rowsOfEvents([given]), rowsOfHits([given])]) {
        expect(rows).toBeGreaterThanOrEqual(10);
        expect(rows).toBeLessThanOrEqual(48);
      }
    expect(rowsOfHits([{ u: `?${"&utm_source=a".repeat(300)}` }])).toBe(15);
  });

  it("makes 50 full events four times as dear as 50 bare ones", () => {
    const list = (event: object) => unitsOfRows(rowsOfEvents(Array(50).fill(event)));
    expect(list({})).toBe(5);
    expect(list({ props: propsOf(30) })).toBe(20);
    expect(unitsOfRows(0)).toBe(1);
  });
});
