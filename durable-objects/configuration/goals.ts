// The goals that a hub counts for live data, and how often each was met.
import { compileGoals, type MetGoals } from "../../workers/domain/analysis/saved/live-goals";
import type { Event } from "../../workers/domain/events/event";
import type { LiveGoals } from "../../workers/domain/visits/hub";
import { type Live, noteConversion } from "../../workers/domain/visits/live";
import { addMatches } from "../../workers/domain/visits/rule-counters";
import type { Journal } from "../journal";

const KEY = "goals";

const report = (id: string, reason: string) => console.error(`goal ${id} is not counted live`, reason);
const textsOf = ({ list }: LiveGoals) => new Map(list.map(({ id, filter }) => [id, JSON.stringify(filter)]));

export class CountedGoals {
  private readonly live: Live;
  private readonly journal: Journal;
  private known: LiveGoals;
  private met: MetGoals | null;

  constructor(journal: Journal, live: Live) {
    this.journal = journal;
    this.live = live;
    this.known = journal.readMeta<LiveGoals>(KEY) ?? { version: -1, list: [] };
    this.met = compileGoals(this.known.list, report);
  }

  count(event: Event): void {
    if (this.met === null) return;
    for (const id of this.met(event)) {
      addMatches(this.live.goals, id, 1, event.event_time);
      noteConversion(this.live, id, event.event_time);
    }
  }

  /** Whether these goals are newer and others. */
  isChangedBy(goals: LiveGoals): boolean {
    if (goals.version <= this.known.version) return false;
    const [before, after] = [textsOf(this.known), textsOf(goals)];
    return before.size !== after.size || [...after].some(([id, text]) => before.get(id) !== text);
  }

  /** Notes that a newer version has the same goals. */
  confirm({ version }: LiveGoals): void {
    if (version > this.known.version) this.known = { ...this.known, version };
  }

  /** Counts these goals from now on. A goal whose filter is another begins anew. */
  change(goals: LiveGoals): void {
    const [before, after] = [textsOf(this.known), textsOf(goals)];
    const { goals: counters, conversions } = this.live;
    for (const id of counters.keys())
      if (before.get(id) !== after.get(id)) {
        counters.delete(id);
        conversions.delete(id);
      }
    this.known = goals;
    this.met = compileGoals(goals.list, report);
    this.journal.writeMeta(KEY, goals);
  }
}
