// Amounts of money as whole numbers, so that sums are exact in whatever order they are made.

/** Decimals of an amount. What callers send beyond a millionth is rounded, half away from zero. */
const AMOUNT_DECIMALS = 6;
/** Decimals of a rate. */
export const RATE_DECIMALS = 12;

const AMOUNT_UNITS = 10 ** AMOUNT_DECIMALS;
/** What one unit of a currency is in sums. */
export const ONE = 10n ** BigInt(AMOUNT_DECIMALS + RATE_DECIMALS);
/** The rate of a currency into itself. */
export const SAME = 10n ** BigInt(RATE_DECIMALS);

/** `dividend / divisor` to the nearest whole number, half away from zero. The divisor is positive. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return dividend < 0n ? -rounded : rounded;
}

/** A number as it is written in decimals, in units of 10 to the minus `decimals`; and whether that is all of it. */
function toUnits(number: number, decimals: number): { units: bigint; isExact: boolean } {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(number))!;
  const digits = BigInt(whole! + fraction) * (sign === "-" ? -1n : 1n);
  const shift = decimals + Number(exponent) - fraction.length;
  if (shift >= 0) return { units: digits * 10n ** BigInt(shift), isExact: true };
  const divisor = 10n ** BigInt(-shift);
  return { units: divideRounded(digits, divisor), isExact: digits % divisor === 0n };
}

/** Millionths of an amount. */
export function toMillionths(amount: number): bigint {
  const millionths = Math.round(amount * AMOUNT_UNITS);
  // Nearly always: the amount is the number nearest to these millionths, so it was written with six decimals at most.
  if (Number.isSafeInteger(millionths) && millionths / AMOUNT_UNITS === amount) return BigInt(millionths);
  return toUnits(amount, AMOUNT_DECIMALS).units;
}

/** A rate in units of 10 to the minus 12; null if it has more decimals. */
export function toRate(rate: number): bigint | null {
  const { units, isExact } = toUnits(rate, RATE_DECIMALS);
  return isExact ? units : null;
}

/** A sum, or a mean of so many, with two decimals: rounded once, half away from zero. */
export function toShown(sum: bigint, count = 1): number {
  const cents = divideRounded(sum * 100n, ONE * BigInt(count));
  const digits = String(cents < 0n ? -cents : cents).padStart(3, "0");
  return Number(`${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`);
}
