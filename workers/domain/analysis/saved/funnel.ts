// A funnel that is saved: the question of `POST /api/v2/funnel` without the property and the period.
import { z } from "zod";
import { heldAgainst } from "../../requests/input";
import { isPlain } from "../../requests/plain";
import { wrongPart } from "../../requests/problem";
import { checkFilter, requireBytes } from "./check";
import { shownName } from "./input";
import { type FunnelBody, MOST_STEPS } from "./saved";

const MOST_FILTERS = 20;
const MOST_BYTES = 16_384;

const faultOfDimension = (name: string): string | null =>
  /^(event|visit):./.test(name) && isPlain(name) ? null : "must be a dimension such as visit:source";

const funnelBody = z.strictObject({
  filters: z.array(z.unknown()).max(MOST_FILTERS).optional(),
  steps: z
    .array(z.unknown())
    .min(1)
    .max(MOST_STEPS)
    // Counted before its entries are looked at: a list of a thousand wrong ones is one fault.
    .pipe(z.array(z.strictObject({ name: shownName.optional(), filter: z.unknown() }))),
  unit: z.enum(["visitor", "visit"]).optional(),
  order: z.enum(["sequential", "strict", "any"]).optional(),
  window: z.enum(["visit", "30m", "1h", "24h", "7d", "30d"]).optional(),
  start: z.enum(["any", "first"]).optional(),
  among: z.enum(["event", "page", "page_group"]).optional(),
  open: z.boolean().optional(),
  breakdown: z
    .strictObject({
      dimension: z.string().max(120).superRefine(heldAgainst(faultOfDimension)),
      step: z.int().min(1).max(MOST_STEPS).optional(),
    })
    .optional(),
  include: z
    .strictObject({
      comparisons: z
        .strictObject({
          mode: z.enum(["previous_period", "year_over_year"]),
          match_day_of_week: z.boolean().optional(),
        })
        .optional(),
    })
    .optional(),
});

export const funnelInput = z.strictObject({ name: shownName, funnel: funnelBody });

/** Checks what the schema cannot: filters, and parts that exclude each other. @throws Problem invalid. */
export function toFunnel(funnel: z.infer<typeof funnelBody>): FunnelBody {
  const { filters = [], steps, order, open, breakdown } = funnel;
  filters.forEach((filter, index) => {
    checkFilter(filter, `funnel.filters[${index}]`, "funnel");
  });
  steps.forEach(({ filter }, index) => {
    checkFilter(filter, `funnel.steps[${index}].filter`, "funnel");
  });
  if (open && (order === "strict" || order === "any"))
    throw wrongPart("funnel.open", `must be false with the order ${order}`);
  if ((breakdown?.step ?? 1) > steps.length)
    throw wrongPart("funnel.breakdown.step", `must be at most ${steps.length}, the number of steps`);
  requireBytes(funnel, "funnel", MOST_BYTES);
  return funnel as FunnelBody;
}
