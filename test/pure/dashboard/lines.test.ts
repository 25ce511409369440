// Lists typed as text: which line a refusal of the API is about, and for how long it is marked.
import { describe, expect, test } from "vitest";
import {
  ADDRESSES,
  areAllMarked,
  markLines,
  NO_FAULTS,
  PATHS,
  toEntryFaults,
  toList,
} from "../../../dashboard/src/data/lines";

const PATH = "privacy.excluded_addresses";
const fault = (index: number, rest: string) => ({ path: `${PATH}[${index}]`, message: `${PATH}[${index}] ${rest}` });

describe("a refused entry", () => {
  const text = "203.0.113.7\n\n  bogus address \n10.0.0.1, 10.0.0.0/33";
  const sent = toList(text, ADDRESSES);
  const faults = toEntryFaults([fault(1, "must be an address"), fault(3, "must have a prefix")], PATH, sent);

  test("is marked in its line, empty lines counted", () => {
    expect(sent).toEqual(["203.0.113.7", "bogus address", "10.0.0.1", "10.0.0.0/33"]);
    expect(markLines(text, ADDRESSES, faults)).toEqual([
      { line: 2, entry: "bogus address", message: "must be an address", isShared: false },
      { line: 3, entry: "10.0.0.0/33", message: "must have a prefix", isShared: true },
    ]);
  });

  test("stays marked where it moves to, and is no longer once it is corrected", () => {
    const lines = (now: string) => markLines(now, ADDRESSES, faults).map(({ line }) => line);
    expect(lines(`new\n${text}`)).toEqual([3, 4]);
    expect(lines(text.replace("bogus address", "203.0.113.8"))).toEqual([3]);
    expect(lines("")).toEqual([]);
    expect(markLines(text, ADDRESSES, NO_FAULTS)).toEqual([]);
  });

  test("says the first of several things that are wrong with it", () => {
    const both = [fault(0, "must have at most 50 characters"), fault(0, "must be an address")];
    expect([...toEntryFaults(both, PATH, ["x"])]).toEqual([["x", "must have at most 50 characters"]]);
  });

  test("of another list, or of none, is not marked", () => {
    const others = [
      { path: "privacy.excluded_paths[0]", message: "privacy.excluded_paths[0] must begin with /" },
      { path: PATH, message: `${PATH} must have at most 100 items` },
      { path: "", message: "body must not have the field x" },
      fault(9, "must be an address"),
    ];
    expect(toEntryFaults(others, PATH, ["x"]).size).toBe(0);
  });
});

test("a path may hold commas and semicolons", () => {
  expect(toList("/a,b;c\n /d ", PATHS)).toEqual(["/a,b;c", "/d"]);
});

test("marked lines say it all only when every fault is about an entry", () => {
  expect(areAllMarked([fault(0, "x"), fault(1, "x")], [PATH])).toBe(true);
  expect(areAllMarked([fault(0, "x"), { path: PATH, message: "x" }], [PATH])).toBe(false);
  expect(areAllMarked([fault(0, "x")], ["privacy.excluded_paths"])).toBe(false);
  expect(areAllMarked([], [PATH])).toBe(false);
});
