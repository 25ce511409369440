// Rates of currencies in D1. They are into the currency that the property had when they were written: while it has another
// one they are set aside, and the next rates that are written replace them.
import { type CurrencyRate, MOST_CURRENCY_RATES } from "../../domain/analysis/money/currency-rate";
import type { RatesOf } from "../../domain/analysis/money/exchange";
import type { Property } from "../../domain/properties/property";

type StoredRate = Record<keyof CurrencyRate, string>;
type Owner = Pick<Property, "site_id" | "currency">;

/** The rates of a property, by date and currency. */
export async function listCurrencyRates(db: D1Database, { site_id, currency }: Owner): Promise<CurrencyRate[]> {
  const { results } = await db
    .prepare("SELECT date, currency, rate FROM currency_rates WHERE site_id = ? AND base = ? ORDER BY date, currency")
    .bind(site_id, currency)
    .all<StoredRate>();
  return results.map((stored) => ({ ...stored, rate: Number(stored.rate) }));
}

/** The rates that local dates from `from` to `to` need: those between, and the last of each currency before. */
export async function loadRates(
  db: D1Database,
  { site_id, currency }: Owner,
  { from, to }: { from: string; to: string },
): Promise<RatesOf> {
  const { results } = await db
    .prepare(
      `SELECT date, currency, rate FROM currency_rates AS own
       WHERE site_id = ?1 AND base = ?2 AND date <= ?4 AND date >= coalesce(
         (SELECT max(date) FROM currency_rates WHERE site_id = ?1 AND base = ?2 AND currency = own.currency AND date <= ?3), '')
       ORDER BY currency, date`,
    )
    .bind(site_id, currency, from, to)
    .all<StoredRate>();
  const rates: RatesOf = {};
  for (const { date, currency: other, rate } of results) {
    rates[other] ??= [];
    rates[other].push([date, Number(rate)]);
  }
  return rates;
}

const toJson = (rates: readonly CurrencyRate[]): string =>
  JSON.stringify(rates.map(({ date, currency, rate }) => [date, currency, String(rate)]));

const INSERT = `INSERT INTO currency_rates (site_id, base, currency, date, rate)
  SELECT ?1, ?2, value ->> 1, value ->> 0, value ->> 2 FROM json_each(?3)`;

/** Replaces all rates of a property. */
export async function replaceCurrencyRates(
  db: D1Database,
  { site_id, currency }: Owner,
  rates: readonly CurrencyRate[],
): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM currency_rates WHERE site_id = ?").bind(site_id),
    db.prepare(INSERT).bind(site_id, currency, toJson(rates)),
  ]);
}

/**
 * Adds rates; one of the same currency and date replaces the one before. The statement that writes checks the limit, so that
 * simultaneous requests cannot exceed it.
 * @returns false when the property would have too many.
 */
export async function addCurrencyRates(
  db: D1Database,
  { site_id, currency }: Owner,
  rates: readonly CurrencyRate[],
): Promise<boolean> {
  const [, inserted] = await db.batch([
    db.prepare("DELETE FROM currency_rates WHERE site_id = ? AND base <> ?").bind(site_id, currency),
    db
      .prepare(
        `${INSERT} WHERE (
           SELECT count(*) FROM (
             SELECT currency, date FROM currency_rates WHERE site_id = ?1
             UNION SELECT value ->> 1, value ->> 0 FROM json_each(?3))) <= ${MOST_CURRENCY_RATES}
         ON CONFLICT (site_id, base, currency, date) DO UPDATE SET rate = excluded.rate`,
      )
      .bind(site_id, currency, toJson(rates)),
  ]);
  return rates.length === 0 || inserted!.meta.changes > 0;
}
