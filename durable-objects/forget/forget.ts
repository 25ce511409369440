// Forgetting a person in a hub: what it has sent of them, its visitors, its feed, and the bytes that SQLite leaves behind.
import type { Forgotten, HubPerson } from "../../workers/domain/visits/hub";
import type { Journal } from "../journal";
import type { Memory } from "../memory";
import type { Sender } from "../sender";
import { cleanFile } from "./free-pages";

/** The hub as forgetting needs it. */
interface Source {
  storage: DurableObjectStorage;
  journal: () => Journal;
  memory: () => Memory;
  sender: Sender;
  commit: () => void;
  /** Writes a checkpoint with what `act` changes, in one transaction. */
  checkpoint: (act: () => void) => void;
  isEmpty: () => boolean;
}

export const nothingForgotten = (): Forgotten => ({
  waiting: 0,
  journal_rows: 0,
  visitors: 0,
  feed: 0,
  is_clean: true,
});

/** Rows of visitors that are looked through between two commits: 8 MB. */
const ROWS_AT_ONCE = 64;

/**
 * Forgets a person. What was accepted before and is not counted yet must be counted first, because the hub may have to send
 * it again: while there is any, it says how much and forgets nothing.
 * @throws when the queue does not take what is unsent.
 */
export async function forgetPerson(hub: Source, person: HubPerson): Promise<Forgotten> {
  if (hub.isEmpty()) return nothingForgotten();
  hub.commit();
  await hub.sender.flush();
  // It may have been destroyed meanwhile.
  if (hub.isEmpty()) return nothingForgotten();
  const waiting = hub.journal().unconfirmed.filter(({ since }) => since < person.before).length;
  if (waiting > 0) return { ...nothingForgotten(), waiting };
  const done = nothingForgotten();
  hub.commit();
  hub.checkpoint(() => {
    const { feed, visitors } = hub.memory().forget(person);
    done.feed = feed;
    done.visitors = visitors;
  });
  for (let from = 0; !hub.isEmpty(); ) {
    const { next, removed } = hub.storage.transactionSync(() => hub.memory().forgetRows(person, from, ROWS_AT_ONCE));
    done.visitors += removed;
    if (next === null) break;
    from = next;
    await hub.storage.sync();
  }
  if (hub.isEmpty()) return done;
  done.journal_rows = hub.storage.transactionSync(() => hub.journal().deleteSpare());
  await hub.storage.sync();
  done.is_clean = hub.isEmpty() || (await cleanFile(hub.storage));
  return done;
}
