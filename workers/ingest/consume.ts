// The queue consumer: stamped messages become Parquet objects and one D1 batch; un-stamped ones go to their hub. Crash
// anywhere, deliver anything twice, in any grouping: lake and rollups come out the same.

import { countedIdsOf } from "../domain/counts/suspects";
import { describeError } from "../domain/requests/describe-error";
import { readMessage, type StampedMessage } from "../domain/visits/message";
import { type CountEnv, countMessages } from "../storage/counts/count-messages";
import { foldWhenDue } from "../storage/counts/pending";
import { handOver } from "../storage/lake/hand-over";

interface Delivery {
  delivery: Message;
  message: StampedMessage;
}

/**
 * Handles one delivery. What could be handled is acknowledged, the rest is asked for again.
 * @throws when folding fails, which is nobody's loss: the counts wait on, and by then every message has its answer.
 */
export async function consume(batch: MessageBatch, env: CountEnv): Promise<void> {
  const stamped: Delivery[] = [];
  for (const delivery of batch.messages) {
    try {
      const message = readMessage(delivery.body);
      if (message.kind === "stamped") {
        stamped.push({ delivery, message });
        continue;
      }
      await handOver(message, env);
      delivery.ack();
    } catch (error) {
      retry(delivery, error);
    }
  }
  if (stamped.length === 0) return;
  await countDeliveries(stamped, env);
  const sites = new Set(stamped.map(({ message }) => message.site_id));
  await foldWhenDue(env.DB, Date.now(), [...sites].flatMap(countedIdsOf));
}

async function countDeliveries(stamped: readonly Delivery[], env: CountEnv): Promise<void> {
  try {
    await countMessages(
      stamped.map(({ message }) => message),
      env,
    );
    for (const { delivery } of stamped) delivery.ack();
  } catch (error) {
    if (stamped.length === 1) return retry(stamped[0]!.delivery, error);
    // One of them may be the reason: each on its own, so that it keeps nobody else from being counted.
    for (const { delivery, message } of stamped) {
      try {
        await countMessages([message], env);
        delivery.ack();
      } catch (reason) {
        retry(delivery, reason);
      }
    }
  }
}

function retry(delivery: Message, error: unknown): void {
  console.error(`message ${delivery.id} could not be counted at attempt ${delivery.attempts}`, describeError(error));
  // Attempts begin at 1: 10, 20, 40, 80 s, so that a short outage does not use them up.
  delivery.retry({ delaySeconds: Math.min(10 * 2 ** (delivery.attempts - 1), 600) });
}
