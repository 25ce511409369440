// What is wrong with an input is told by field, in sentences that begin with the field.
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { propertyInput } from "../../../workers/domain/properties/property";
import { type InputFault, parseInput, parseJson } from "../../../workers/domain/requests/input";
import { Problem } from "../../../workers/domain/requests/problem";

function problemIn(run: () => unknown): Problem {
  try {
    run();
  } catch (problem) {
    if (problem instanceof Problem) return problem;
    throw problem;
  }
  throw new Error("nothing was wrong");
}

const schema = z.strictObject({
  name: z.string("name must be a text"),
  count: z.int().min(1).max(9),
  kind: z.enum(["a", "b"]),
  parts: z.array(z.object({ url: z.url() })).max(2),
});

test.each([
  [undefined, "", "body must be given"],
  [[], "", "body must be of type object"],
  [{ name: 1 }, "name", "name must be a text"],
  [{ name: "" }, "count", "count must be given"],
  [{ name: "", count: 0 }, "count", "count must be at least 1"],
  [{ name: "", count: 10 }, "count", "count must be at most 9"],
  [{ name: "", count: 1, kind: "c" }, "kind", "kind must be one of a, b"],
  [{ name: "", count: 1, kind: "a", parts: [{ url: "x" }] }, "parts[0].url", "parts[0].url must be a valid url"],
  [{ name: "", count: 1, kind: "a", parts: [], more: 1 }, "", "body must not have the field more"],
])("%j is told what is wrong", (value, path, message) => {
  const problem = problemIn(() => parseInput(schema, value));
  expect(problem).toMatchObject({ code: "invalid", message });
  expect(problem.details).toContainEqual({ path, message });
});

test("whatever is sent is data of the schema or a problem that names fields", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const problem = problemIn(() => parseInput(propertyInput, value));
      const faults = problem.details as InputFault[];
      expect(faults.length).toBeGreaterThan(0);
      for (const { path, message } of faults) expect(message.startsWith(path || "body")).toBe(true);
    }),
  );
});

test("what is not JSON is a problem, what is JSON comes back", () => {
  expect(problemIn(() => parseJson("{")).message).toBe("body must be valid JSON");
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});
