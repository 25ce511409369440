// Currencies: the codes of ISO 4217, and nothing that only looks like one.
import { describe, expect, test } from "vitest";
import { isCurrency } from "../../../workers/domain/events/currency";
import { revenueSchema } from "../../../workers/domain/events/revenue";

describe("a currency", () => {
  test("may be any that a browser offers", () => {
    expect(Intl.supportedValuesOf("currency").filter((code) => !isCurrency(code))).toEqual([]);
  });

  test.each(["EUR", "CHF", "JPY", "ZWG", "XCG", "XAU", "DEM", "HRK", "BGN"])("may be %s", (code) =>
    expect(isCurrency(code)).toBe(true),
  );

  test.each(["eur", "EURO", "ABC", "ZZZ", "XXX", "XTS", "BTC", "CNH", "", " EUR", "$"])("is not %j", (code) =>
    expect(isCurrency(code)).toBe(false),
  );

  test("has three capital letters and is listed once", () => {
    const all = [...Array(26 ** 3).keys()].map((n) =>
      [n / 676, (n / 26) % 26, n % 26].map((at) => String.fromCharCode(65 + Math.floor(at))).join(""),
    );
    const known = all.filter(isCurrency);
    // 178 in use and 50 withdrawn since 1999.
    expect(known.length).toBeGreaterThan(220);
    expect(known.length).toBeLessThan(235);
  });
});

describe("revenue", () => {
  const CURRENCY = "revenue.currency must be an ISO 4217 code such as EUR";
  const AMOUNT = "revenue.amount must be a number from -1e12 to 1e12";
  test.each([
    [{ amount: 1, currency: "ABC" }, CURRENCY],
    [{ amount: 1, currency: 7 }, CURRENCY],
    [{ amount: 1 }, CURRENCY],
    [{ amount: "1", currency: "EUR" }, AMOUNT],
    [{ amount: 1e13, currency: "EUR" }, AMOUNT],
    [{ amount: -1e13, currency: "EUR" }, AMOUNT],
    [{ amount: Number.NaN, currency: "EUR" }, AMOUNT],
    [{ currency: "EUR" }, AMOUNT],
    [49, "revenue must be an object with amount and currency"],
    [null, "revenue must be an object with amount and currency"],
  ])("%j is refused: %s", (given, message) => {
    expect(revenueSchema.safeParse(given).error?.issues[0]?.message).toBe(message);
  });

  test.each([
    { amount: 0, currency: "EUR" },
    { amount: -19.9, currency: "CHF" },
  ])("may be %j", (given) => expect(revenueSchema.parse(given)).toEqual(given));
});
