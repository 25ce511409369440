// Whose an unnamed event of a browser is, for an erasure: of the user who was named last before it, as for hubs and
// restamping. The names come from the lake, from what hubs knew, and from the dead letters themselves.
import type { StampedEvent } from "../../domain/events/event";
import { type BrowserNames, momentsOf, type Names, withName } from "../../domain/visits/names";

/** What is known of names so far. A user's own are noted before they are erased. */
export class KnownNames {
  private readonly moments = new Map<string, Map<string, { time: number; person: string }>>();

  constructor(known: readonly BrowserNames[] = []) {
    this.add(known);
  }

  /** All of them, one name a moment: `add` takes them back. */
  all(): BrowserNames[] {
    return [...this.moments].map(([stored, moments]) => [
      stored,
      [...moments.values()].sort((a, b) => a.time - b.time).map(({ time, person }) => [time, person]),
    ]);
  }

  add(browsers: readonly BrowserNames[]): void {
    for (const [stored, names] of browsers) {
      const known = this.moments.get(stored) ?? new Map<string, { time: number; person: string }>();
      this.moments.set(stored, known);
      for (const [time, person] of momentsOf(names)) known.set(`${time} ${person}`, { time, person });
    }
  }

  /** Whether a person was named on a browser, and nobody else. */
  isOnly(person: string, stored: string): boolean {
    const moments = [...(this.moments.get(stored)?.values() ?? [])];
    return moments.length > 0 && moments.every((moment) => moment.person === person);
  }

  /**
   * Whether an unnamed event of a browser that a person used is theirs. Before the first name nobody can know: it is theirs
   * if nobody else was seen there.
   */
  isOf(person: string, stored: string, time: number): boolean {
    const moments = [...(this.moments.get(stored)?.values() ?? [])].sort((a, b) => a.time - b.time);
    const last = moments.findLast((moment) => moment.time <= time);
    return last ? last.person === person : moments.every((moment) => moment.person === person);
  }
}

type Naming = Pick<StampedEvent, "event_time"> & { stored: string; person: string };

/** Notes names of several browsers. */
export class NamesFound {
  private readonly names = new Map<string, Names>();

  note({ stored, person, event_time }: Naming): void {
    this.names.set(stored, withName(this.names.get(stored) ?? [], event_time, person));
  }

  /** Those of the browsers that the person used. */
  of(person: string, browsers: ReadonlySet<string>): BrowserNames[] {
    return [...this.names].filter(([stored, names]) => browsers.has(stored) || names.some(([, who]) => who === person));
  }
}

/** Notes the user whom an event's page named, if it did. */
export function noteNaming(
  found: NamesFound,
  { user_id, person_id, own, event_time }: Pick<StampedEvent, "user_id" | "person_id" | "own" | "event_time">,
): void {
  const stored = own?.person_id;
  if (user_id !== null && person_id !== null && stored != null) found.note({ stored, person: person_id, event_time });
}
