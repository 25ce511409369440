// Replay: dead letters are counted again, each exactly once. A hub's message has its receipt; what had not come to a hub
// is asked for among the rows of the lake, since the hub remembers ids for a day and a letter may be older.
import { reasonOf } from "../domain/requests/describe-error";
import type { RunReport } from "../domain/runs/run";
import { readMessage, type UnstampedMessage } from "../domain/visits/message";
import { seenId } from "../domain/visits/seen";
import { inPortions } from "../jobs/portions";
import type { Steps, Task } from "../jobs/steps";
import { type CountEnv, countMessages } from "../storage/counts/count-messages";
import { deadLetterIds, forgetDeadLetters, loadDeadLetter, noteFailure } from "../storage/lake/dead-letters";
import { eventIdsAmong } from "../storage/lake/event-ids";
import { handOver } from "../storage/lake/hand-over";

/** Letters of one step, and of one task: a list of ids is far below the MiB that a step may hand on. */
const LETTERS = 20;
const MOST_LETTERS = 5_000;

/** Why a letter could not be counted; null when it was, or when it is there no more. */
export async function replayLetter(env: CountEnv, siteId: string, id: string, now: number): Promise<string | null> {
  const letter = await loadDeadLetter(env, siteId, id);
  if (!letter) return null;
  const reason = await tryAgain(env, letter.message);
  if (reason === null) await forgetDeadLetters(env, [letter.row], now);
  else await noteFailure(env.DB, id, reason, now);
  return reason;
}

async function tryAgain(env: CountEnv, text: string): Promise<string | null> {
  try {
    const message = readMessage(text);
    if (message.kind === "stamped") await countMessages([message], env);
    else await handOverNew(env, message);
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Gives the hubs those events of a message that the lake has not. */
async function handOverNew(env: CountEnv, message: UnstampedMessage): Promise<void> {
  const { batch } = message;
  const known = await eventIdsAmong(env, batch.property.site_id, batch.arrivals);
  const arrivals = batch.arrivals.filter((arrival) => !known.has(seenId(arrival)));
  const isKnown = arrivals.length === 0 && batch.arrivals.length > 0;
  if (!isKnown) await handOver({ ...message, batch: { ...batch, arrivals } }, env);
}

async function replayPortion(env: CountEnv, siteId: string, ids: readonly string[]): Promise<number> {
  let failed = 0;
  // One after the other: letters of one visitor are in the order in which they failed.
  for (const id of ids) if ((await replayLetter(env, siteId, id, Date.now())) !== null) failed += 1;
  return failed;
}

/** The task `replay`: letters named by id, or all of the property. */
export const replay: Task = async (env, steps: Steps, { site_id, ids }): Promise<RunReport> => {
  if (site_id === null) throw new Error("replay needs a property");
  const letters = await steps.do("list dead letters", async (note) => {
    const found = await deadLetterIds(env.DB, site_id, ids, MOST_LETTERS);
    note(`${found.length} dead letters`);
    return found;
  });
  let failed = 0;
  for (const { items, from } of inPortions(letters, LETTERS))
    failed += await steps.do(`replay from ${from}`, async (note) => {
      const count = await replayPortion(env, site_id, items);
      note(`${items.length - count} of ${items.length} counted`);
      return count;
    });
  return { letters: letters.length, counted: letters.length - failed, failed };
};
