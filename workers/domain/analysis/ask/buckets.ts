// Buckets of numbers that are dimensions: how far page views were scrolled, and how long visits lasted.

/** A bucket and the largest number in it. */
interface Bucket {
  label: string;
  most: number;
}

/** Percent. The edges are the steps at which the tracker sends scroll events. */
const SCROLL: readonly Bucket[] = [
  { label: "0–24%", most: 24 },
  { label: "25–49%", most: 49 },
  { label: "50–74%", most: 74 },
  { label: "75–89%", most: 89 },
  { label: "90–100%", most: Number.POSITIVE_INFINITY },
];

/** Seconds. The edges are those of Google Analytics. */
const DURATION: readonly Bucket[] = [
  { label: "0–10 s", most: 10 },
  { label: "11–30 s", most: 30 },
  { label: "31–60 s", most: 60 },
  { label: "1–3 min", most: 180 },
  { label: "3–10 min", most: 600 },
  { label: "10–30 min", most: 1800 },
  { label: "30+ min", most: Number.POSITIVE_INFINITY },
];

const labelsOf = (buckets: readonly Bucket[]): readonly string[] => buckets.map(({ label }) => label);
const labelIn = (buckets: readonly Bucket[], value: number): string =>
  buckets.find(({ most }) => Math.floor(value) <= most)!.label;

/** Labels, from the lowest bucket to the highest. */
export const SCROLL_BUCKETS = labelsOf(SCROLL);
export const DURATION_BUCKETS = labelsOf(DURATION);

/** @param percent the deepest scroll of a page view, 0–100. */
export const scrollBucketFor = (percent: number): string => labelIn(SCROLL, percent);

/** @param seconds from a visit's first event to its last. */
export const durationBucketFor = (seconds: number): string => labelIn(DURATION, seconds);
