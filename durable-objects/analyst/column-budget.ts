// The memory that Analysts may use in an isolate, which they share: columns, results, and what a question in progress
// needs. Whoever was asked longest ago gives up theirs first.

const MOST_BYTES = 64 * 1024 * 1024;
/** How long a question waits (ms) before it looks again whether there is room. */
const RETRY_MS = 5;
/** An object that was shut down in the middle of a question never says that it has ended. */
const MOST_BUSY_MS = 60_000;

interface Holder {
  bytes: number;
  release: () => void;
  /** When its question began, ms; null between questions. What is in use is not released. */
  busySince: number | null;
}

export class ColumnBudget {
  readonly most: number;
  /** In the order of the last use. */
  private readonly holders = new Map<object, Holder>();

  constructor(most = MOST_BYTES) {
    this.most = most;
  }

  get held(): number {
    return [...this.holders.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Reserves memory for a question: others release theirs first, and questions that are in progress are waited for. A
   * question that needs more than there is begins when no other is in progress.
   * @param need bytes that the owner will hold in all, asked again after each wait.
   */
  async begin(owner: object, need: () => number, release: () => void): Promise<void> {
    while (!this.reserve(owner, need(), release)) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }

  /** Notes what a question in progress has turned out to hold. */
  update(owner: object, bytes: number): void {
    const holder = this.holders.get(owner);
    if (!holder) return;
    holder.bytes = bytes;
    this.makeRoom(owner, 0);
  }

  /** Ends a question. What is held from now on may be released at once, if it alone is too much. */
  end(owner: object, bytes: number): void {
    const holder = this.holders.get(owner);
    if (!holder) return;
    this.holders.delete(owner);
    this.holders.set(owner, { ...holder, bytes, busySince: null });
    this.makeRoom(null, 0);
  }

  private reserve(owner: object, bytes: number, release: () => void): boolean {
    const isAlone = this.makeRoom(owner, bytes);
    if (!isAlone) return false;
    this.holders.delete(owner);
    this.holders.set(owner, { bytes, release, busySince: Date.now() });
    return true;
  }

  /**
   * Releases others until the owner may hold so many bytes, or as it is noted.
   * @returns false when questions in progress hold too much.
   */
  private makeRoom(owner: object | null, bytes: number): boolean {
    const own = owner === null ? 0 : (this.holders.get(owner)?.bytes ?? 0);
    let sum = this.held - (bytes > 0 ? own : 0) + bytes;
    let isAnyBusy = false;
    for (const [other, holder] of this.holders) {
      if (sum <= this.most) return true;
      if (other === owner) continue;
      if (isBusy(holder)) {
        isAnyBusy = true;
        continue;
      }
      this.holders.delete(other);
      holder.release();
      sum -= holder.bytes;
    }
    return sum <= this.most || !isAnyBusy;
  }
}

const isBusy = ({ busySince }: Holder): boolean => busySince !== null && Date.now() - busySince < MOST_BUSY_MS;

/** The budget of this isolate. */
export const COLUMNS = new ColumnBudget();
