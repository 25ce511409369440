// The codec of values: what is joined comes apart again, in TypeScript and in SQL, and the stored text stays as it is.
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ELEMENT,
  ERROR_PLACE,
  FORM_FIELD,
  HEAT_PLACE,
  OF_RULE,
  PROP,
  pack,
  unpack,
  VITAL_KEY,
  VITAL_PLACE,
} from "../../../workers/domain/counts/value";
import { toCleanText } from "../../../workers/domain/requests/text";
import { firstPartSql, hasFirstPartSql, keySql, otherPartsSql, placeSql } from "../../../workers/storage/counts/value";

/** A part as details have it: clean text, or none. */
const part = fc.string({ unit: "binary", maxLength: 30 }).map((text) => toCleanText(text, 30) ?? "");
const db = new DatabaseSync(":memory:");
const evaluate = (expression: string, ...parameters: string[]) =>
  Object.values(db.prepare(`SELECT ${expression}`).get(...parameters)!)[0];

it("values are stored as they always were", () => {
  expect(PROP.join("plan", "pro")).toBe("plan\npro");
  expect(PROP.join("form field", FORM_FIELD.join("signup", "email"))).toBe("form field\nsignup\nemail");
  expect(ERROR_PLACE.join("Script error.", "", "")).toBe("Script error.\n\n");
  expect(OF_RULE.join("r1", ELEMENT.join("Buy", "https://shop.example/"))).toBe("r1\nBuy\nhttps://shop.example/");
  expect(pack(VITAL_PLACE.join("/", "Desktop"), VITAL_KEY.join(2500, "good"))).toBe("/\nDesktop\t2500\ngood");
  expect(pack(HEAT_PLACE.join("/", "phone"), "3,14")).toBe("/\nphone\t3,14");
  expect(pack("Bank", "/loans")).toBe("Bank\t/loans");
});

describe("values", () => {
  it("come apart into the parts that they were made of", () => {
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        expect(ERROR_PLACE.split(ERROR_PLACE.join(a, b, c))).toEqual([a, b, c]);
        expect(VITAL_PLACE.split(VITAL_PLACE.join(a, b))).toEqual([a, b]);
        const [rule, rest] = OF_RULE.split(OF_RULE.join(a, ELEMENT.join(b, c)));
        expect([rule, ...ELEMENT.split(rest)]).toEqual([a, b, c]);
        const [place, key] = [FORM_FIELD.join(a, b), FORM_FIELD.join(c, d)];
        expect(unpack(pack(place, key))).toEqual({ place, key });
      }),
    );
    expect(VITAL_KEY.split(VITAL_KEY.join(2500, "poor"))).toEqual(["2500", "poor"]);
  });

  it("that lack parts have empty ones", () => {
    expect(ERROR_PLACE.split("Script error.")).toEqual(["Script error.", "", ""]);
    expect(unpack("/loans")).toEqual({ place: "", key: "/loans" });
  });

  it("come apart in SQL as they do in TypeScript", () => {
    // A text with a NUL ends there for SQLite; clean text has none.
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        const value = pack(FORM_FIELD.join(a, b), FORM_FIELD.join(c, d));
        const { place, key } = unpack(value);
        expect([evaluate(placeSql("?1"), value), evaluate(keySql("?1"), value)]).toEqual([place, key]);
        const [first, others] = PROP.split(place);
        expect([evaluate(firstPartSql("?1"), place), evaluate(otherPartsSql("?1"), place)]).toEqual([first, others]);
      }),
    );
  });

  it("are found by their first part in SQL, and those of other first parts are not", () => {
    const rule = fc.constantFrom("r", "r1", "r12", "s", "");
    fc.assert(
      fc.property(rule, rule, part, (own, wanted, rest) => {
        const found = evaluate(hasFirstPartSql("?1", "?2"), OF_RULE.join(own, rest), wanted);
        expect(found).toBe(own === wanted ? 1 : 0);
      }),
    );
  });
});
