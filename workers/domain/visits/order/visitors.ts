// Who the visitor of an event is in which a page names a user. The browser may have been here before the page knew the name:
// then its visitor stays, for the day, who they were. So the visitor depends on who was seen first.
import type { StampedEvent } from "../../events/event";
import { inTotalOrder, type Placed } from "../../events/order";

/** The two ids that the visitor of such an event may have. */
export interface Named {
  user: string;
  /** The id that the browser has without the user. */
  unnamed: string;
}

/** The visitor of an event that comes after all those of which `knows` tells. */
export function visitorOf({ user, unnamed }: Named, knows: (visitor: string) => boolean): string {
  if (knows(user)) return user;
  return knows(unnamed) ? unnamed : user;
}

type Ids = Pick<StampedEvent, "user_id" | "person_id" | "visitor_id" | "visitor_unnamed">;
type Row = Ids & Placed;

/** Null for all other events: their visitor is the same in any order. */
export function namedOf({ user_id, person_id, visitor_id, visitor_unnamed }: Ids): Named | null {
  if (user_id === null || person_id === null) return null;
  const unnamed = visitor_unnamed ?? visitor_id;
  return unnamed === person_id ? null : { user: person_id, unnamed };
}

/** The id of the two that the row does not have. */
export function otherOf(row: Ids): string | null {
  const named = namedOf(row);
  if (!named) return null;
  return row.visitor_id === named.user ? named.unnamed : named.user;
}

const isBefore = (a: Placed | undefined, b: Placed): boolean => a !== undefined && inTotalOrder(a, b) < 0;
const keyOf = ({ user, unnamed }: Named): string => `${user} ${unnamed}`;

/** The visitors of a local day in the order of time, whatever ids its rows have. Add all rows of the day, in any order. */
export class DayVisitors {
  /** By visitor, the first event that is theirs for certain. */
  private readonly known = new Map<string, Placed>();
  /** The first event of each pair. What the others are follows from it. */
  private readonly pairs = new Map<string, { named: Named; first: Placed; visitor: string | null }>();

  /** A forest: each id leads to another one of its group, but for one. */
  private readonly groups = new Map<string, string>();

  add(row: Row): void {
    const named = namedOf(row);
    if (!named) {
      this.know(row.visitor_id, row);
      return;
    }
    const pair = this.pairs.get(keyOf(named));
    if (!pair) {
      this.pairs.set(keyOf(named), { named, first: placeOf(row), visitor: null });
      this.join(named);
    } else if (isBefore(row, pair.first)) pair.first = placeOf(row);
  }

  private know(visitor: string, row: Placed): void {
    if (!isBefore(this.known.get(visitor), row)) this.known.set(visitor, placeOf(row));
  }

  /** Call it once, after all rows were added. */
  settle(): this {
    for (const pair of [...this.pairs.values()].sort((a, b) => inTotalOrder(a.first, b.first))) {
      pair.visitor = visitorOf(pair.named, (visitor) => isBefore(this.known.get(visitor), pair.first));
      this.know(pair.visitor, pair.first);
    }
    return this;
  }

  /** One id for all visitors whose visits may depend on each other. */
  groupOf(row: Row): string {
    return this.rootOf(row.visitor_id);
  }

  private rootOf(id: string): string {
    let at = id;
    for (;;) {
      const up = this.groups.get(at);
      if (up === undefined) return at;
      const above = this.groups.get(up);
      if (above === undefined) return up;
      // Each walk halves its path. Strangers can link many browsers, and long paths would make the day quadratic.
      this.groups.set(at, above);
      at = above;
    }
  }

  private join({ user, unnamed }: Named): void {
    const [a, b] = [this.rootOf(user), this.rootOf(unnamed)];
    // One user of many browsers stays one step away from each.
    if (a !== b) this.groups.set(b, a);
  }

  visitorOf(row: Row): string {
    const named = namedOf(row);
    if (!named) return row.visitor_id;
    // Once the browser's visitor is known, only the user's own id can take their place.
    return isBefore(this.known.get(named.user), row) ? named.user : this.pairs.get(keyOf(named))!.visitor!;
  }
}

const placeOf = ({ event_time, seq, event_id }: Placed): Placed => ({ event_time, seq, event_id });
