// The owner's limits: an hour or day beyond a limit is an anomaly, whatever the baseline.
import type { AnomalyMetric, AnomalySettings, Grain } from "../anomaly";
import { LEAST_VISITS, type Track } from "./track";
import type { Side, Verdict } from "./verdict";

/** The owner's limits that are crossed at one position. */
function crossed(track: Track, at: number, metric: AnomalyMetric, grain: Grain, settings: AnomalySettings): Side[] {
  const visits = track.trials?.[at] ?? 0;
  if (track.trials && visits < LEAST_VISITS) return [];
  const value = track.trials ? (100 * track.hits[at]!) / visits : track.hits[at]!;
  return settings.limits
    .filter((limit) => limit.metric === metric && limit.grain === grain)
    .flatMap(({ above, below }): Side[] => {
      if (above !== undefined && value > above) return ["up"];
      return below !== undefined && value < below ? ["down"] : [];
    });
}

export function limitVerdicts(
  track: Track,
  at: number,
  metric: AnomalyMetric,
  grain: Grain,
  settings: AnomalySettings,
) {
  const [start, end] = [track.starts[at]!, track.ends[at]!];
  return crossed(track, at, metric, grain, settings).map(
    (side): Verdict => ({ metric, grain, side, start, end, strength: 0, score: 0, reason: "limit", silent: false }),
  );
}
