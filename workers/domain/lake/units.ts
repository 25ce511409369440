// Units of work: which raw objects of which properties one round of the pipeline processes.

/** A raw object after the watermark of its property, not processed yet. */
export interface Waiting {
  site_id: string;
  /** `lake_files.id` */
  id: number;
  rows: number;
  /** The watermark of its property. */
  position: number;
}

/** Raw objects of one property: those with ids above `position`, up to `last_id`. */
export interface Unit {
  site_id: string;
  /** The watermark, which must be the same when the outputs are loaded. */
  position: number;
  first_id: number;
  /** The new watermark. */
  last_id: number;
  files: number;
  rows: number;
}

export interface Bounds {
  /** Limits of one unit, whose outputs are one object each and one D1 batch. */
  unitFiles: number;
  unitRows: number;
  /** Limits of all units together, by a step's CPU and memory. */
  rows: number;
  units: number;
}

/**
 * A round reads at most 150,000 rows in about two seconds of CPU. At this size, a unit's cube and list fit a D1 batch.
 */
export const BOUNDS: Bounds = { unitFiles: 500, unitRows: 50_000, rows: 150_000, units: 100 };

/**
 * The units of a round, the oldest objects first. An object is never split, so an object above the limits is a unit of its
 * own.
 */
export function toUnits(waiting: readonly Waiting[], bounds: Bounds = BOUNDS): Unit[] {
  const units = new Map<string, Unit>();
  const full = new Set<string>();
  let rows = 0;
  for (const { site_id, id, rows: more, position } of waiting) {
    if (full.has(site_id)) continue;
    const unit = units.get(site_id);
    if (rows > 0 && rows + more > bounds.rows) break;
    if (!unit) {
      // The remaining properties wait for the next round.
      if (units.size === bounds.units) continue;
      units.set(site_id, { site_id, position, first_id: id, last_id: id, files: 1, rows: more });
    } else if (unit.files === bounds.unitFiles || unit.rows + more > bounds.unitRows) {
      // The property waits from here on, because a later object must not overtake this one.
      full.add(site_id);
      continue;
    } else {
      unit.last_id = id;
      unit.files += 1;
      unit.rows += more;
    }
    rows += more;
  }
  return [...units.values()];
}
