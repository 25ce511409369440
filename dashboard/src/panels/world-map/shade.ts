// The shades of a map: which share of the accent a country has, and the values that the legend shows. Pure.

export interface CountryValue {
  /** ISO 3166-1, two letters. */
  code: string;
  value: number;
}

/** The lightest shade that still differs from empty land, in percent. */
const FAINTEST = 22;

/** By square root: on a linear scale, all countries except the largest would look alike. Undefined without a value. */
export function shadeFor(value: number | undefined, most: number): string | undefined {
  if (!value || value < 0 || most <= 0) return undefined;
  return `${Math.round(FAINTEST + (100 - FAINTEST) * Math.sqrt(value / most))}%`;
}

/** The smallest and the largest value, and whole numbers at even steps of the shade between them: rising, none twice. */
export function legendOf(values: readonly number[]): number[] {
  const some = values.filter((value) => value > 0);
  if (some.length === 0) return [];
  const [least, most] = [Math.min(...some), Math.max(...some)];
  const steps = [1 / 4, 9 / 16].map((share) => Math.round(share * most));
  return [...new Set([least, ...steps.filter((value) => value > least && value < most), most])];
}
