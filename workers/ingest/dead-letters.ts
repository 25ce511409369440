// The dead-letter consumer: what failed five times is tried once more, and else kept in R2 with the reason.
import { deadLetterKey } from "../domain/lake";
import { keepDeadLetter } from "../storage/dead-letters";
import { countMessages, handOver, type IngestEnv, readMessage } from "./consume";

export async function consumeDeadLetters(batch: MessageBatch, env: IngestEnv): Promise<void> {
  for (const delivery of batch.messages) {
    const reason = await tryOnce(delivery.body, env);
    if (reason === null) {
      delivery.ack();
      continue;
    }
    const { id, site_id } = nameOf(delivery);
    // Throws when R2 or D1 are away: then the queue keeps the message and delivers it again.
    await keepDeadLetter(env, {
      id,
      site_id,
      key: deadLetterKey(id),
      reason: reason.slice(0, 1000),
      failed_at: Date.now(),
      body: delivery.body,
    });
    delivery.ack();
  }
}

/** Null when it worked, else why not. */
async function tryOnce(body: unknown, env: IngestEnv): Promise<string | null> {
  try {
    const message = readMessage(body);
    if (message.kind === "stamped") await countMessages([message], env);
    else await handOver(message, env);
    return null;
  } catch (error) {
    return String(error);
  }
}

/** What the letter is called: the message's own id where it has one that can be read. */
function nameOf(delivery: Message): { id: string; site_id: string | null } {
  try {
    const message = readMessage(delivery.body);
    return message.kind === "stamped"
      ? { id: message.id, site_id: message.site_id }
      : { id: delivery.id, site_id: message.batch.property.site_id };
  } catch {
    return { id: delivery.id, site_id: null };
  }
}
