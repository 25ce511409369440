// Ids that the lake has and the history hub does not: of events that earlier versions imported. An import reads those of
// each date that it touches, once; a date is remembered also when the lake has none.

import type { Event } from "../../workers/domain/events/event";
import { describeError } from "../../workers/domain/requests/describe-error";
import type { Unread } from "../../workers/domain/visits/hub";
import {
  COULD_NOT_COMPARE,
  idDates,
  isOfTracker,
  notedPlace,
  placeInId,
} from "../../workers/domain/visits/imports/ids";
import { type EventIdRow, eventIdsOfDays } from "../../workers/storage/lake/event-ids";
import type { ImportedIds } from "./imported-ids";

/** Ids of one date. Their table takes 32 MB, and 48 MB while it grows, of the 128 MB of an object. */
const MOST_IDS = 2_500_000;

interface Access {
  env: () => Pick<Cloudflare.Env, "DB" | "LAKE">;
  /** Those in the hub's memory, which may have been read again since. */
  ids: () => ImportedIds;
  /** Runs a function in a transaction. */
  write: (act: () => void) => void;
}

class TooManyIds extends Error {}

export class LakeIds {
  private readonly access: Access;
  private readonly most: number;
  /** One reading at a time: imports that run side by side touch the same dates, and memory is bounded. */
  private last: Promise<void> = Promise.resolve();

  constructor(access: Access, most = MOST_IDS) {
    this.access = access;
    this.most = most;
  }

  /** Completes the dates of some events. @returns why it is impossible; null when they are complete. */
  async complete(siteId: string, events: readonly Pick<Event, "event_time" | "received_at">[]): Promise<Unread | null> {
    const dates = new Set(events.flatMap(idDates));
    const { ids } = this.access;
    if (ids().incomplete(dates).length === 0) return null;
    const turn = this.last.then(() => this.read(siteId, ids().incomplete(dates)));
    this.last = turn.catch(() => undefined);
    try {
      await turn;
      return null;
    } catch (error) {
      if (error instanceof TooManyIds) return { code: "too_large", message: error.message };
      console.error("lake could not be read for an import", describeError(error));
      return { code: "unavailable", message: COULD_NOT_COMPARE };
    }
  }

  private async read(siteId: string, dates: readonly string[]): Promise<void> {
    if (dates.length === 0) return;
    const { env, ids: current, write } = this.access;
    const wanted = new Set(dates);
    const ids = current();
    const keep = (act: () => void) => {
      // After a failed commit the hub reads its memory again, without the ids that were added since the last write.
      if (current() !== ids) throw new Error("hub was read again while the lake was read");
      write(act);
    };
    for await (const rows of eventIdsOfDays(env(), siteId, dates)) {
      for (const row of rows) this.add(ids, row, wanted);
      if (ids.isAddedFull) keep(() => ids.writeAdded());
    }
    keep(() => {
      ids.writeAdded();
      ids.markComplete(dates);
    });
  }

  private add(ids: ImportedIds, row: EventIdRow, wanted: ReadonlySet<string>): void {
    // Strangers choose the ids of events without a key, so these are not compared.
    if (row.anonymous || isOfTracker(row)) return;
    const place = placeInId(row.event_id);
    for (const date of idDates(row)) {
      if (!wanted.has(date)) continue;
      const size = ids.add(date, row.event_id);
      if (size > this.most)
        throw new TooManyIds(`import must not touch ${date}: this date has more than ${this.most} events with ids`);
      if (place !== null) ids.add(date, notedPlace(place));
    }
  }
}
