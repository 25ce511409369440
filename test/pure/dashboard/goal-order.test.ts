// The order of the goals panel, also by revenue in several currencies.
import { describe, expect, test } from "vitest";
import {
  currenciesOf,
  type GoalColumn,
  type GoalRow,
  nextOrder,
  orderGoals,
  STANDARD_ORDER,
} from "../../../dashboard/src/data/saved/goal-order";

describe("the order of goals", () => {
  const goal = (name: string, uniques: number, value: number | null, currency = "EUR"): GoalRow => ({
    ...{ name, uniques, total: uniques, rate: uniques },
    revenue: value === null ? null : { value, currency },
  });
  const rows = [
    goal("yen", 9, 90_000, "JPY"),
    goal("small", 5, 20),
    goal("none", 4, null),
    goal("dollar", 3, 700, "USD"),
    goal("large", 2, 4000),
    goal("nothing", 1, 0),
    goal("cent", 1, 0.5, "USD"),
  ];
  const names = (by: GoalColumn, direction: "asc" | "desc", own = "EUR") =>
    orderGoals(rows, { by, direction }, own).map(({ name }) => name);

  test("by revenue never sets one currency against another, and begins with the property's", () => {
    expect(names("revenue", "desc")).toEqual(["large", "small", "yen", "dollar", "cent", "none", "nothing"]);
    expect(names("revenue", "asc")).toEqual(["small", "large", "yen", "cent", "dollar", "none", "nothing"]);
    expect(names("revenue", "desc", "USD").slice(0, 4)).toEqual(["dollar", "cent", "large", "small"]);
    expect(currenciesOf(rows, "USD")).toEqual(["USD", "EUR", "JPY"]);
  });

  test("by any other column is that of its numbers", () => {
    expect(names("uniques", "desc")).toEqual(rows.map(({ name }) => name));
    expect(names("total", "asc").at(-1)).toBe("yen");
    const first = nextOrder(STANDARD_ORDER, "revenue");
    expect([first, nextOrder(first, "revenue"), nextOrder(first, "rate")]).toEqual([
      { by: "revenue", direction: "desc" },
      { by: "revenue", direction: "asc" },
      { by: "rate", direction: "desc" },
    ]);
  });
});
