// The settings of a property. Each concept declares its own part; this file puts them together.
import { z } from "zod";
import { alertsInput } from "../anomalies/record";
import { retentionInput } from "../lake/retention";
import { reportsInput } from "../mail/mail";

export const settingsInput = z.strictObject({
  retention: retentionInput.prefault({}),
  alerts: alertsInput.prefault({}),
  reports: reportsInput.prefault({}),
});

export type PropertySettings = z.infer<typeof settingsInput>;

/** What holds where the owner set nothing. */
export const STANDARD_SETTINGS: PropertySettings = settingsInput.parse({});
