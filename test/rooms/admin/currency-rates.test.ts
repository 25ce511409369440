// Currency rates of a property: read, replaced, added to, kept apart by the property's currency, and used by queries for the
// local day.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { MOST_CURRENCY_RATES } from "../../../workers/domain/analysis/money/currency-rate";
import { loadRates } from "../../../workers/storage/properties/currency-rates";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

const rate = (date: string, currency: string, value: number) => ({ date, currency, rate: value });

async function givenRates() {
  const property = await givenProperty("organization", { currency: "EUR" });
  const key = await givenKey();
  const root = `/api/v1/properties/${property.site_id}`;
  const at = `${root}/settings/currency-rates`;
  const send = async (method: "PUT" | "POST", rates: unknown) => {
    const reply = await call(method, at, { key, body: { rates } });
    return { status: reply.status, body: await reply.json() };
  };
  return {
    ...{ property, send },
    get: async (by = key) => (await call("GET", at, { key: by })).json(),
    sendAs: async (by: string, method: "PUT" | "POST") =>
      (await call(method, at, { key: by, body: { rates: [] } })).status,
    changeCurrency: (currency: string) => call("PATCH", root, { key, body: { currency } }),
  };
}

test("rates are replaced as a whole, and added to one by one", async () => {
  const { send, get } = await givenRates();
  expect(await get()).toEqual({ currency: "EUR", rates: [] });
  const [first, second, third] = [
    rate("2026-11-01", "CHF", 1.0666666666),
    rate("2026-11-01", "USD", 0.92),
    rate("2026-11-02", "USD", 0.000000001),
  ];
  const all = { currency: "EUR", rates: [first, second, third] };
  expect(await send("PUT", [third, second, first])).toEqual({ status: 200, body: all });
  expect(await get()).toEqual(all);
  const changed = { ...second, rate: 2 };
  const more = rate("2026-10-01", "JPY", 0.0061);
  const after = { currency: "EUR", rates: [more, first, changed, third] };
  expect(await send("POST", [more, changed])).toEqual({ status: 200, body: after });
  expect(await send("PUT", [first])).toEqual({ status: 200, body: { currency: "EUR", rates: [first] } });
  expect(await send("PUT", [])).toEqual({ status: 200, body: { currency: "EUR", rates: [] } });
});

test("a wrong list is refused whole, by the rate that is wrong", async () => {
  const { send, get } = await givenRates();
  for (const method of ["PUT", "POST"] as const) {
    const { status, body } = await send(method, [rate("2026-11-01", "CHF", 1), rate("2026-11-02", "EUR", 1)]);
    const message = "rates[1].currency must not be EUR, the property's own currency";
    expect([status, body]).toMatchObject([
      400,
      { error: { code: "invalid", message, details: [{ path: "rates[1].currency", message }] } },
    ]);
  }
  expect(await get()).toEqual({ currency: "EUR", rates: [] });
});

test("a property has at most ten thousand rates", async () => {
  const { send } = await givenRates();
  const many = Array.from({ length: MOST_CURRENCY_RATES }, (_, i) => {
    const date = new Date(Date.UTC(2000, 0, 1 + i)).toISOString().slice(0, 10);
    return rate(date, "USD", 1);
  });
  expect((await send("PUT", many)).status).toBe(200);
  expect(await send("POST", [rate("2026-11-01", "CHF", 1)])).toMatchObject({
    status: 409,
    body: { error: { message: "property must have at most 10000 currency rates" } },
  });
  expect((await send("POST", [{ ...many[0]!, rate: 3 }])).status).toBe(200);
});

test("rates are set aside while the property has another currency", async () => {
  const { send, get, changeCurrency } = await givenRates();
  const rates = [rate("2026-11-01", "USD", 0.92)];
  await send("PUT", rates);
  expect((await changeCurrency("CHF")).status).toBe(200);
  expect(await get()).toEqual({ currency: "CHF", rates: [] });
  await changeCurrency("EUR");
  expect(await get()).toEqual({ currency: "EUR", rates });
  await changeCurrency("USD");
  const other = [rate("2026-11-01", "EUR", 1.09)];
  expect(await send("POST", other)).toEqual({ status: 200, body: { currency: "USD", rates: other } });
  await changeCurrency("EUR");
  expect(await get()).toEqual({ currency: "EUR", rates: [] });
});

test("rates are read with the scope stats and written with the scope manage", async () => {
  const { get, sendAs } = await givenRates();
  const reader = await givenKey("organization", ["stats"]);
  expect(await get(reader)).toEqual({ currency: "EUR", rates: [] });
  expect([await sendAs(reader, "PUT"), await sendAs(reader, "POST")]).toEqual([403, 403]);
});

test("a question reads the rates of its days, and the last before them of each currency", async () => {
  const { property, send } = await givenRates();
  await send("PUT", [
    rate("2026-10-01", "USD", 1),
    rate("2026-10-20", "USD", 2),
    rate("2026-11-03", "USD", 3),
    rate("2026-11-05", "USD", 4),
    rate("2026-11-01", "CHF", 5),
    rate("2026-11-04", "JPY", 6),
    rate("2026-11-06", "GBP", 7),
  ]);
  expect(await loadRates(env.DB, property, { from: "2026-11-01", to: "2026-11-04" })).toEqual({
    CHF: [["2026-11-01", 5]],
    JPY: [["2026-11-04", 6]],
    USD: [
      ["2026-10-20", 2],
      ["2026-11-03", 3],
    ],
  });
});
