// Rates of currencies of a property: read, replaced as a whole, and added to day by day.
import { Hono } from "hono";
import {
  type CurrencyRate,
  currencyRatesInput,
  MOST_CURRENCY_RATES,
  requireRates,
} from "../domain/analysis/money/currency-rate";
import type { Property } from "../domain/properties/property";
import { parseInput, parseJson } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readText } from "../http/body";
import { addCurrencyRates, listCurrencyRates, replaceCurrencyRates } from "../storage/properties/currency-rates";

const ROUTE = "/api/v1/properties/:site_id/settings/currency-rates";
/** Room for all rates, with their names and spaces. */
const BODY_LIMIT = 1024 * 1024;

/** @throws Problem too_large or invalid. */
async function readRates(request: Request, { currency }: Property): Promise<CurrencyRate[]> {
  const { rates } = parseInput(currencyRatesInput, parseJson(await readText(request, BODY_LIMIT)));
  requireRates(rates, currency);
  return rates;
}

const toReply = async (db: D1Database, property: Property) => ({
  currency: property.currency,
  rates: await listCurrencyRates(db, property),
});

export const currencyRateRoutes = new Hono<AppEnv>();

currencyRateRoutes.get(ROUTE, async (c) => c.json(await toReply(c.env.DB, await askedProperty(c, "stats"))));

currencyRateRoutes.put(ROUTE, async (c) => {
  const property = await askedProperty(c, "manage");
  await replaceCurrencyRates(c.env.DB, property, await readRates(c.req.raw, property));
  return c.json(await toReply(c.env.DB, property));
});

currencyRateRoutes.post(ROUTE, async (c) => {
  const property = await askedProperty(c, "manage");
  if (!(await addCurrencyRates(c.env.DB, property, await readRates(c.req.raw, property))))
    throw new Problem("conflict", `property must have at most ${MOST_CURRENCY_RATES} currency rates`);
  return c.json(await toReply(c.env.DB, property));
});
