// Tidying: once a day a hub deletes the journal rows that it is done with. A busy hub overwrites them within minutes; a
// quiet one would keep what it has sent for weeks.
import type { Journal } from "./journal";

const DAY = 86_400_000;
const KEY = "tidied";

/**
 * Tidies on the first call of a UTC day, and then, where anything is left to delete, asks for the next one.
 * @param checkpoint writes one with what it is given, in its transaction.
 * @returns when to call again (ms); null when there is nothing to delete.
 */
export function tidyDaily(journal: () => Journal, checkpoint: (act: () => void) => void, now: number): number | null {
  if (!journal().hasSpare) return null;
  const today = Math.floor(now / DAY);
  const last = journal().readMeta<number>(KEY);
  // A hub that never was called has nothing from before today.
  if (last === null) journal().writeMeta(KEY, today);
  else if (last < today) {
    checkpoint(() => journal().writeMeta(KEY, today));
    journal().deleteSpare();
  }
  return journal().hasSpare ? (today + 1) * DAY : null;
}
