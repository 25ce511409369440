// Turns: long work lets others have theirs. On a local system one thread serves everything, and it takes no new request
// while D1 and R2, which are in the same process, keep answering the work that it does already.

/** How long (ms) work may go on before it waits for a turn of the thread. Nobody notices a screen that is so much later. */
const TURN_MS = 25;
let begun = 0;

/** Lets other requests of the thread begin, if the work has had its turn. */
export async function giveWay(): Promise<void> {
  if (Date.now() - begun < TURN_MS && Date.now() >= begun) return;
  // A timer: what is only asynchronous runs before the thread looks for new requests.
  await scheduler.wait(1);
  begun = Date.now();
}

/** The items one after another, others' turns in between. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await giveWay();
    yield item;
  }
}
