// Web vitals under filters.
import type { CountedRow } from "../../../domain/analysis/question";
import type { PageDimension } from "../../../domain/analysis/scan/details";
import { toQuantile } from "../../../domain/counts/vitals";
import type { VitalSamples } from "../../../storage/counts/details";
import type { Asker } from "./asker";
import { detailsOfMeasured } from "./measured";
import { inOrder } from "./ranking";

interface Sample {
  bucket: number;
  rating: string;
  events: number;
}

function toSamples(rows: readonly CountedRow[]): VitalSamples {
  const [part, value, dimension] = rows[0]!.values as [VitalSamples["part"], string, string];
  const samples = rows.map(
    ({ values, counts }): Sample => ({ bucket: Number(values[3]), rating: values[4]!, events: counts.events }),
  );
  const rated = (rating: string) =>
    samples.reduce((sum, sample) => sum + (sample.rating === rating ? sample.events : 0), 0);
  return {
    ...{ part, value, dimension },
    samples: samples.reduce((sum, { events }) => sum + events, 0),
    bucket: toQuantile(samples.map(({ bucket, events }) => [bucket, events])),
    good: rated("good"),
    fair: rated("needs-improvement"),
    poor: rated("poor"),
  };
}

/** Pages with the most samples are asked for first: the samples of all pages may be too many. */
export async function countVitals(
  asker: Asker,
  by: PageDimension,
  { page, device }: { page: string | null; device: string | null },
  most: number,
): Promise<VitalSamples[]> {
  const [all] = await asker.ask([detailsOfMeasured("web_vital", { of: "vital pages", by, device })]);
  const pages = inOrder(all!.map(({ values, counts }) => ({ value: values[0]!, events: counts.events })))
    .slice(0, most)
    .map(({ value }) => value);
  const [rows] = await asker.ask([detailsOfMeasured("web_vital", { of: "vitals", by, page, device, pages })]);
  const groups = Map.groupBy(rows!, ({ values }) => JSON.stringify(values.slice(0, 3)));
  return [...groups.values()].map(toSamples);
}
