// What the cron does: housekeeping, then the deletion of properties, beside them the start of background work that is due,
// and mail that waits for another try. A failure of one does not stop the others.
import { sweepDeletedProperties } from "./admin/deletion";
import { startWhatIsDue } from "./jobs/schedule";
import { sendOutbox } from "./mail/send";
import { keepHouse } from "./maintenance/housekeeping";

/** @param due when it was due (`scheduledTime`, ms). @throws AggregateError, which the platform shows as a failed cron. */
export async function onCron(env: Cloudflare.Env, due: number): Promise<void> {
  const done = await Promise.allSettled([
    keepHouse(env, due).finally(() => sweepDeletedProperties(env, due)),
    startWhatIsDue(env, due),
    sendOutbox(env, due),
  ]);
  const failures = done.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, "cron could not do all that was due");
}
