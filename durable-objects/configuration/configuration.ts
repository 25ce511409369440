// What a hub knows of its property's configuration: the newest version, and the goals that live data counts.
import { describeError } from "../../workers/domain/requests/describe-error";
import type { HubProperty, LiveGoals } from "../../workers/domain/visits/hub";
import type { Journal } from "../journal";
import type { CountedGoals } from "./goals";

interface Keeper {
  /** Null while the hub is empty: without any events it stores nothing. */
  journal: () => Journal | null;
  goals: () => CountedGoals;
  /**
   * Writes a checkpoint with the change in it: what the journal has of before would be counted by the goals of now when it is
   * replayed.
   * @throws when storage did not take it.
   */
  change: (act: () => void) => void;
}

export class Configuration {
  version = 0;
  private readonly keeper: Keeper;
  /** Goals that the hub heard of while it was empty. */
  private waiting: LiveGoals | null = null;

  constructor(keeper: Keeper) {
    this.keeper = keeper;
  }

  /** Reads what is stored, and forgets nothing newer. */
  load(): void {
    this.version = Math.max(this.version, this.keeper.journal()?.readMeta<number>("version") ?? 0);
  }

  hear({ version = 0, goals }: Pick<HubProperty, "version" | "goals">): void {
    const journal = this.keeper.journal();
    if (version > this.version) {
      this.version = version;
      // An empty hub hears it again with its first batch.
      journal?.writeMeta("version", version);
    }
    if (goals && goals.version >= (this.waiting?.version ?? 0)) this.waiting = goals;
    if (journal && this.waiting) this.change(this.waiting);
  }

  private change(goals: LiveGoals): void {
    this.waiting = null;
    if (!this.keeper.goals().isChangedBy(goals)) {
      this.keeper.goals().confirm(goals);
      return;
    }
    try {
      this.keeper.change(() => this.keeper.goals().change(goals));
    } catch (error) {
      // Events count all the same. Whoever sends the next batch of another minute brings the goals again.
      console.error("hub could not change its goals", describeError(error));
    }
  }

  forget(): void {
    this.version = 0;
    this.waiting = null;
  }
}
