// The names of a stored id: the users with whom pages have seen it, and when.
//
// An event without a user is of the user who was named last before it. Names may arrive late, so the moments at which a user
// was named again count as well: of A named at 1 and 5, and of B who is heard of late and was named at 3, the browser is B's
// from 3 and A's again from 5. Sixteen moments are kept of a browser. Beyond that, a moment that changes nothing goes first:
// one at which the user was named again, from where the moments lie closest. Only a name that comes late into that gap can
// then be answered otherwise. Of a browser that changes hands more often, the oldest change goes.

/** `since` is the time (ms) of the event that named the user after another one, `again` of later ones, oldest first. */
type Name = readonly [since: number, person: string, ...again: number[]];
/** Oldest first; two neighbours are never the same person. */
export type Names = readonly Name[];

/** The names of one browser. */
export type BrowserNames = [stored: string, names: Names];

type Moment = readonly [time: number, person: string];

const MOST_MOMENTS = 16;

/** The user to whom an event of that time belongs that names none; null before the first. */
export const personAt = (names: Names, time: number): string | null =>
  names.findLast(([since]) => since <= time)?.[1] ?? null;

/** Every known moment at which a page named a user, oldest first. */
export const momentsOf = (names: Names): Moment[] =>
  names.flatMap(([since, person, ...again]) =>
    // The version before stored the last moment also where it was the first.
    [since, ...again.filter((time) => time > since)].map((time): Moment => [time, person]),
  );

/** The names of moments that are sorted by time. */
function fromMoments(moments: readonly Moment[]): Names {
  const names: [number, string, ...number[]][] = [];
  for (const [time, person] of moments) {
    const last = names.at(-1);
    if (last?.[1] === person) last.push(time);
    else names.push([time, person]);
  }
  return names;
}

/** Which moment goes when there are too many. */
function dispensable(moments: readonly Moment[]): number {
  let found = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let at = 1; at < moments.length - 1; at += 1) {
    const [[from, person], [, next], [to]] = [moments[at - 1]!, moments[at]!, moments[at + 1]!];
    if (person !== next || to - from >= smallest) continue;
    found = at;
    smallest = to - from;
  }
  return found;
}

/** The names once an event of that time has named a user. Of two at the same time the one that arrived later holds. */
export function withName(names: Names, time: number, person: string): Names {
  const moments = momentsOf(names).filter(([other]) => other !== time);
  const at = moments.findLastIndex(([other]) => other < time) + 1;
  moments.splice(at, 0, [time, person]);
  if (moments.length > MOST_MOMENTS) moments.splice(dispensable(moments), 1);
  return fromMoments(moments);
}

/** The names without those of a person. */
export const withoutPerson = (names: Names, person: string): Names =>
  fromMoments(momentsOf(names).filter(([, who]) => who !== person));
