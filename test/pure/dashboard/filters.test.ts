// Filters of the dashboard: what a click does to them, and the filters of the questions that they become.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FILTER_GROUPS, filterDimension } from "../../../dashboard/src/data/filters/dimension";
import {
  type Filter,
  hasGoal,
  isChosen,
  OPERATORS,
  ofTheSameVisits,
  readFilters,
  toTree,
  toTrees,
  withFilterAt,
  withValue,
  writeFilters,
} from "../../../dashboard/src/data/filters/filter";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import { NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";

const SIGN_UP = toFilter(["is", "event:name", ["Signup"]], "filter", NOTHING_KNOWN)!;
const KNOWN = { goals: [{ name: "50", filter: SIGN_UP }], segments: null, pageGroup: null };
const country: Filter = { operator: "is", dimension: "visit:country", values: ["DE"] };
const page: Filter = { operator: "contains", dimension: "event:page", values: ["/Blog"] };

describe("filters", () => {
  it("are readable in the URL", () => {
    expect(writeFilters([country, page])).toBe("is,visit:country,DE;contains,event:page,/Blog");
    expect(writeFilters([])).toBeUndefined();
  });

  it("are what is left when the URL has parts that are no filters", () => {
    expect(readFilters(undefined)).toEqual([]);
    expect(
      readFilters("nonsense;is,visit:country;like,visit:country,DE;is,country,DE;;is,visit:country,DE,DE"),
    ).toEqual([country]);
  });

  it("are bounded, however long the URL", () => {
    const many = Array.from(
      { length: 60 },
      (_, n) => `is,visit:city,${Array.from({ length: 300 }, (_, v) => `${n}-${v}`)}`,
    );
    const read = readFilters(many.join(";"));
    expect([read.length, Math.max(...read.map(({ values }) => values.length))]).toEqual([20, 100]);
  });

  it("choose one value of a dimension by a click, and drop it by a second", () => {
    const france = withValue([country, page], "visit:country", "FR");
    expect(france).toEqual([page, { ...country, values: ["FR"] }]);
    expect(isChosen(france, "visit:country", "FR")).toBe(true);
    expect(isChosen(france, "visit:country", "DE")).toBe(false);
    expect(withValue(france, "visit:country", "FR")).toEqual([page]);
  });

  it("keep other conditions of the same dimension when a value is clicked", () => {
    expect(withValue([page], "event:page", "/blog/1")).toEqual([
      page,
      { operator: "is", dimension: "event:page", values: ["/blog/1"] },
    ]);
  });

  it("can be changed and removed one by one", () => {
    expect(withFilterAt([country, page], 1, null)).toEqual([country]);
    expect(withFilterAt([country, page], 0, page)).toEqual([page, page]);
  });

  it("by a goal do not hide the other goals of the same visits", () => {
    const goal: Filter = { operator: "is", dimension: "event:goal", values: ["Sign up"] };
    expect([hasGoal([country]), hasGoal([country, goal])]).toEqual([false, true]);
    expect(toTrees(ofTheSameVisits([country, goal]))).toEqual([
      ["is", "visit:country", ["DE"]],
      ["has_done", ["is", "event:goal", ["Sign up"]]],
    ]);
  });
});

describe("every condition of the dialog", () => {
  const dimensions = FILTER_GROUPS.flatMap((group) => group.dimensions);

  it("is one that the engine understands", () => {
    const conditions = [...dimensions, filterDimension("event:props:plan")].flatMap(({ name, operators }) =>
      operators.map((operator): Filter => ({ operator, dimension: name, values: ["50"] })),
    );
    for (const filter of conditions) {
      expect(() => toFilter(toTree(filter), "filter", KNOWN)).not.toThrow();
    }
    expect(new Set(conditions.map(({ operator }) => operator))).toEqual(new Set(OPERATORS));
  });

  it("has a label, and no two dimensions have the same", () => {
    const labels = dimensions.map(({ label }) => label);
    expect(labels.every((label) => label !== undefined && label !== "")).toBe(true);
    expect(new Set(labels).size).toBe(labels.length);
  });
});

it("a number that is none is left to the API, which says so", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const [, , [value]] = toTree({ operator: "at_least", dimension: "event:scroll_depth", values: [text] }) as [
        string,
        string,
        unknown[],
      ];
      if (typeof value === "number") expect(Number(text)).toBe(value);
      else expect(value).toBe(text);
    }),
  );
});
