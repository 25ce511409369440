// Every changing route of the code has an action in the audit log, or a reason for having none.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { AUDITED, changeIn, UNAUDITED } from "../../../workers/domain/properties/audit";

/** docs.test.ts holds these headings to the routes in the code, in both directions. */
const documented = [...readFileSync("docs/api.md", "utf8").matchAll(/^### (`[A-Z]+ \/.*)$/gm)]
  .flatMap(([, heading]) => [...heading!.matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, route]) => route!))
  .filter((route) => !/^(GET|HEAD) /.test(route));

it("every changing route is in the table or says why not", () => {
  expect(documented.length).toBeGreaterThan(40);
  expect([...Object.keys(AUDITED), ...Object.keys(UNAUDITED)].sort()).toEqual([...new Set(documented)].sort());
});

it("a request leads to its action and the id in its path", () => {
  expect(changeIn("DELETE", "/api/v1/properties/abc/keys/k1")).toEqual({ action: "key.delete", target: "k1" });
  expect(changeIn("PATCH", "/api/v1/properties/abc")).toEqual({ action: "property.change", target: null });
  expect(changeIn("POST", "/api/v1/properties/abc/anomalies/a1/dismiss")).toEqual({
    action: "anomaly.dismiss",
    target: "a1",
  });
  expect(changeIn("GET", "/api/v1/properties/abc")).toBeNull();
  expect(changeIn("POST", "/api/v2/query")).toBeNull();
});
