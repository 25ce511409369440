// The dead-letter consumer: what failed five times is tried once more, and else kept in R2 with the reason.

import { deadLetterKey } from "../domain/lake/keys";
import { reasonOf } from "../domain/requests/describe-error";
import { eventCountOf, readMessage, siteOf } from "../domain/visits/message";
import { type CountEnv, countMessages } from "../storage/counts/count-messages";
import { keepDeadLetter } from "../storage/lake/dead-letters";
import { handOver } from "../storage/lake/hand-over";

export async function consumeDeadLetters(batch: MessageBatch, env: CountEnv): Promise<void> {
  for (const delivery of batch.messages) {
    const reason = await tryOnce(delivery.body, env);
    if (reason === null) {
      delivery.ack();
      continue;
    }
    const { id, site_id, events } = nameOf(delivery);
    // Throws when R2 or D1 are away: then the queue keeps the message and delivers it again.
    await keepDeadLetter(env, {
      id,
      site_id,
      key: deadLetterKey(id),
      reason: reason.slice(0, 1000),
      failed_at: Date.now(),
      events,
      body: delivery.body,
    });
    delivery.ack();
  }
}

/** Null when it worked, else why not. */
async function tryOnce(body: unknown, env: CountEnv): Promise<string | null> {
  try {
    const message = readMessage(body);
    if (message.kind === "stamped") await countMessages([message], env);
    else await handOver(message, env);
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** What the letter is called: the message's own id where it has one that can be read. And whose it is, and of how much. */
function nameOf(delivery: Message): { id: string; site_id: string | null; events: number | null } {
  try {
    const message = readMessage(delivery.body);
    const id = message.kind === "stamped" ? message.id : delivery.id;
    return { id, site_id: siteOf(delivery.body), events: eventCountOf(message) };
  } catch {
    return { id: delivery.id, site_id: siteOf(delivery.body), events: null };
  }
}
