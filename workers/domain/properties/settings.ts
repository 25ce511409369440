// The settings of a property. Each concept declares its own part, and this file combines them.
import { z } from "zod";
import { alertsInput } from "../anomalies/record";
import { retentionInput } from "../lake/retention";
import { reportsInput } from "../mail/mail";
import { capsInput } from "./caps";

export const settingsInput = z.strictObject({
  retention: retentionInput.prefault({}),
  alerts: alertsInput.prefault({}),
  reports: reportsInput.prefault({}),
  caps: capsInput.prefault({}),
});

export type PropertySettings = z.infer<typeof settingsInput>;

/** The defaults. */
export const STANDARD_SETTINGS: PropertySettings = settingsInput.parse({});
