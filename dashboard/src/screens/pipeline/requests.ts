// The pipeline: its API calls, and the texts of its states. The domain has the shapes.
import type { Dataset, LakeZone } from "../../../../workers/domain/lake/zones";
import type { DeadLettersView, PipelineView, RunDetails, RunReport } from "../../../../workers/domain/runs/run";
import { resultLabel } from "../../../../workers/domain/wording/label";
import { request } from "../../data/api";
import { formatCount } from "../../data/format";
import { words } from "../../words/pipeline";

const at = (siteId: string, rest = ""): string => `/api/v1/properties/${encodeURIComponent(siteId)}/pipeline${rest}`;

export const loadPipeline = (siteId: string, signal: AbortSignal): Promise<PipelineView> =>
  request(at(siteId), { signal });

export interface RunAsk {
  siteId: string;
  id: string;
}

export const loadRun = ({ siteId, id }: RunAsk, signal: AbortSignal): Promise<RunDetails> =>
  request(at(siteId, `/runs/${encodeURIComponent(id)}`), { signal });

interface Started {
  run_id: string;
}

export const startRun = (siteId: string): Promise<Started> => request(at(siteId, "/run"), { method: "POST" });

export const startCompaction = (siteId: string): Promise<Started> =>
  request(at(siteId, "/compact"), { method: "POST" });

export const startRebuild = (siteId: string, days: { from: string; to: string; check: boolean }): Promise<Started> =>
  request(at(siteId, "/rebuild"), { method: "POST", body: days });

export const loadDeadLetters = (siteId: string, signal: AbortSignal): Promise<DeadLettersView> =>
  request(at(siteId, "/dead-letters"), { signal });

/** Without ids: all dead letters. */
export const replayDeadLetters = (siteId: string, ids?: readonly string[]): Promise<Started> =>
  request(at(siteId, "/dead-letters/replay"), { method: "POST", body: ids ? { ids } : {} });

export const discardDeadLetters = (siteId: string, ids: readonly string[]): Promise<{ discarded: number }> =>
  request(at(siteId, "/dead-letters/discard"), { method: "POST", body: { ids } });

export const DATASET_NAMES: Record<Dataset, { label: string; what: string }> = words.datasetNames;

export const ZONE_NAMES: Record<LakeZone, { label: string; what: string }> = words.zoneNames;

/** Bytes for people: 812 B, 4.2 kB, 1.3 MB. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A duration: 80 ms, 2.4 s, 1m 12s. */
export function formatTook(started: string, ended: string | null): string {
  if (ended === null) return words.running;
  const ms = Math.max(0, Date.parse(ended) - Date.parse(started));
  if (ms < 1000) return words.milliseconds(ms);
  if (ms < 60_000) return words.seconds((ms / 1000).toFixed(1));
  const seconds = Math.round(ms / 1000);
  return words.minutesAndSeconds(Math.floor(seconds / 60), seconds % 60);
}

/** The results of a run, with labels and formatted values. */
export const reportLines = (report: RunReport | null): { name: string; value: string }[] =>
  Object.entries(report ?? {})
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => ({
      name: resultLabel(name),
      value: typeof value === "number" ? formatCount(value) : String(value),
    }));
