// Countries: one code each, and none for what is no country.
import iso from "iso-3166-1";
import { expect, test } from "vitest";
import { toCountry } from "../../../workers/domain/visitors/country";
import { countryName } from "../../../workers/domain/wording/value-names";

const standard = iso.all().map(({ alpha2 }) => alpha2);
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const pairs = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));

test("the codes are those of ISO 3166-1, and Kosovo", () => {
  expect(standard).toHaveLength(249);
  expect(pairs.filter((code) => toCountry(code) === code).sort()).toEqual([...standard, "XK"].sort());
});

test.each([
  ["UK", "GB"],
  ["uk", "GB"],
  ["ch", "CH"],
  ["Xk", "XK"],
  ["XX", null],
  ["zz", null],
  ["T1", null],
  ["t1", null],
  ["EU", null],
  ["AP", null],
  ["YU", undefined],
  ["AA", undefined],
  ["A1", undefined],
  ["", undefined],
  ["CHE", undefined],
  [" CH", undefined],
])("%j is %s", (code, country) => expect(toCountry(code)).toBe(country));

test("every country has a name", () => {
  expect([...standard, "XK"].filter((code) => countryName(code, "en") === code)).toEqual([]);
  expect(countryName("XK", "en")).toBe("Kosovo");
});
