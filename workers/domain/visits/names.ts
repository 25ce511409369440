// The names of a stored id: the users with whom pages have seen it, and since when.

/** `since` is the time (ms) of the first event that named the user, `last` that of the latest one. */
type Name = readonly [since: number, person: string, last: number];
/** Oldest first; two neighbours are never the same person. */
export type Names = readonly Name[];

/** A browser that more users share than this keeps the latest. */
const MOST_NAMES = 8;

/** The user to whom an event of that time belongs that names none; null before the first. */
export const personAt = (names: Names, time: number): string | null =>
  names.findLast(([since]) => since <= time)?.[1] ?? null;

/** The names once an event of that time has named a user. Of two at the same time the one that arrived later holds. */
export function withName(names: Names, time: number, person: string): Names {
  const at = names.findLastIndex(([since]) => since <= time);
  const [earlier, going, later] = [names.slice(0, Math.max(at, 0)), names[at], names.slice(at + 1)];
  if (going?.[1] === person) return [...earlier, [going[0], person, Math.max(going[2], time)], ...later];
  const all: Name[] = [...earlier];
  if (going) all.push([going[0], going[1], Math.min(going[2], time)]);
  all.push([time, person, time]);
  // Whoever was named before and after is named again after the one between.
  if (going && going[2] > time) all.push([going[2], going[1], going[2]]);
  return joined([...all, ...later]).slice(-MOST_NAMES);
}

/** The names without those of a person. */
export const withoutPerson = (names: Names, person: string): Names => joined(names.filter(([, who]) => who !== person));

/** Neighbours of the same person are one. */
function joined(names: Names): Names {
  const all: Name[] = [];
  for (const [since, person, last] of names) {
    const before = all.at(-1);
    if (before?.[1] === person) all[all.length - 1] = [before[0], person, last];
    else all.push([since, person, last]);
  }
  return all;
}
