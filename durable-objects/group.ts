// Group commit: calls that arrive within a moment share one write of the journal, because a row written costs more than
// all else in an event. Each call waits for the write of its group.
import { GROUP_BYTES, type Group, type Journal } from "./journal";

/** Calls that arrive within this time (ms) share a group. */
const HOLD = 50;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** A group that calls can still join. */
export interface OpenGroup extends Pick<Group, "refusals" | "carried" | "late"> {
  events: string[];
  /** Resolves when the group is in the journal. */
  committed: Promise<void>;
  commit: () => void;
  fail: (error: unknown) => void;
}

interface Committer {
  /** Writes the group. @throws when it could not be written. */
  write: (group: OpenGroup) => void;
  /** Reads memory from storage again. Memory is ahead of storage and must not count what was not written. */
  reload: () => void;
}

/** Only one group is open at a time. */
export class OpenGroups {
  private readonly committer: Committer;
  private waiting: OpenGroup | null = null;

  constructor(committer: Committer) {
    this.committer = committer;
  }

  /** The group that calls join now. It is committed after the hold, or by the call that fills it. */
  join(): OpenGroup {
    if (this.waiting) return this.waiting;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => group.commit(), HOLD);
    const group: OpenGroup = {
      events: [],
      refusals: {},
      carried: [],
      late: [],
      committed: promise,
      commit: () => {
        clearTimeout(timer);
        if (this.waiting !== group) return;
        this.waiting = null;
        try {
          this.committer.write(group);
          resolve();
        } catch (error) {
          group.fail(error);
        }
      },
      fail: (error) => {
        clearTimeout(timer);
        try {
          this.committer.reload();
        } finally {
          reject(error);
        }
      },
    };
    this.waiting = group;
    return group;
  }

  /** Commits the open group without waiting for its hold. */
  commit(): void {
    this.waiting?.commit();
  }

  /** Closes the open group to others: memory no longer has its events. */
  abandon(): void {
    this.waiting = null;
  }
}

/** Appends a group to the journal, in rows of at most GROUP_BYTES. Part of one transaction. */
export function appendGroup(journal: Journal, group: OpenGroup): void {
  let events: string[] = [];
  let bytes = 0;
  // The first row has the fields of the whole group.
  let about: Pick<Group, "refusals" | "carried" | "late"> = group;
  const write = () => {
    if (events.length === 0 && Object.keys(about.refusals).length === 0 && about.late.length === 0) return;
    journal.append(events.join(","), bytes, about);
    events = [];
    bytes = 0;
    about = { refusals: {}, carried: [], late: [] };
  };
  for (const event of group.events) {
    const size = bytesOf(event) + 1;
    if (bytes + size > GROUP_BYTES) write();
    events.push(event);
    bytes += size;
  }
  write();
}
