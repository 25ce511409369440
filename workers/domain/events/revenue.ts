// The revenue of an event, as pages and servers send it.
import { z } from "zod";
import { isCurrency } from "./currency";

/** A larger amount is a mistake, and sums of such amounts would lose their cents. */
const MAX_AMOUNT = 1e12;
const AMOUNT = "revenue.amount must be a number from -1e12 to 1e12";
const CURRENCY = "revenue.currency must be an ISO 4217 code such as EUR";

/** The messages name the field, because beacons send it under a single letter. */
export const revenueSchema = z.object(
  {
    amount: z.number(AMOUNT).min(-MAX_AMOUNT, AMOUNT).max(MAX_AMOUNT, AMOUNT),
    currency: z.string(CURRENCY).refine(isCurrency, CURRENCY),
  },
  "revenue must be an object with amount and currency",
);

export type Revenue = z.infer<typeof revenueSchema>;
