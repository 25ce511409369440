// Runs the pipeline on imported history and closes its days for analysis at once: crons would take up to an hour.
import { setTimeout as pause } from "node:timers/promises";
import { type Api, ApiError } from "../api.ts";

const POLL_MS = 500;

const hasStatus = (error: unknown, status: number): boolean => error instanceof ApiError && error.status === status;

const rootOf = (siteId: string): string => `/api/v1/properties/${siteId}/pipeline`;

/** Waits until a run has ended, well or not. */
async function untilEnded(api: Api, siteId: string, runId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    // A run that has not noted anything of the property yet is not found.
    const run = await api.get<{ status: string }>(`${rootOf(siteId)}/runs/${runId}`).catch((error: unknown) => {
      if (hasStatus(error, 404)) return { status: "running" };
      throw error;
    });
    if (run.status !== "running") return;
    await pause(POLL_MS, undefined, { signal });
  }
}

/** Runs the pipeline on everything that is counted by now. A run in progress may have begun before: it is waited for first. */
export async function runPipeline(api: Api, siteId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const { run_id } = await api.post<{ run_id: string }>(`${rootOf(siteId)}/run`, {});
      return await untilEnded(api, siteId, run_id, signal);
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      await pause(POLL_MS, undefined, { signal });
    }
  }
}

/** Closes the days of a property that are over, at most 400 of them, the latest first. @param day one of them. */
export async function closeDays(api: Api, siteId: string, day: string, signal: AbortSignal): Promise<void> {
  const body = { from: day, to: day, dataset: "analysis" };
  const { run_id } = await api.post<{ run_id: string }>(`${rootOf(siteId)}/rebuild`, body);
  await untilEnded(api, siteId, run_id, signal);
}
