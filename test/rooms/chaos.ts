// Chaos for Workflows: effects that fail or are cut off before or after they happen, and steps as the platform has them,
// with results that survive a crash. What is cut off never goes on, and none of its `catch` or `finally` is reached.
import type { Steps } from "../../workers/jobs/steps";
import { breakable, chance, Fault } from "./chance";

/** As the platform does: the first try and three more. */
const TRIES = 4;

/** Results of steps by name, as the platform keeps them over crashes. */
export type Kept = Map<string, { result?: unknown; error?: unknown }>;

export class Chaos {
  readonly random: () => number;
  /** The chance that an effect goes wrong; half of it before it has happened, half after. */
  odds = 0.1;
  faults = 0;
  kills = 0;
  /** What happens meanwhile: called between effects. */
  meanwhile: () => Promise<void> = async () => undefined;
  private killed: (() => void)[] = [];

  constructor(seed: number) {
    this.random = chance(seed);
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!;
  }

  /** Goes wrong: half the time with an error, half by cutting off whatever is under way. */
  private async fail(): Promise<never> {
    if (this.random() < 0.5) {
      this.faults += 1;
      throw new Fault("injected");
    }
    this.kills += 1;
    for (const kill of this.killed) kill();
    return new Promise<never>(() => undefined);
  }

  /** Runs an effect that may go wrong before or after. */
  async effect<T>(act: () => Promise<T>): Promise<T> {
    await this.meanwhile();
    const dice = this.random();
    if (dice < this.odds / 2) return this.fail();
    const done = await act();
    if (dice < this.odds) return this.fail();
    return done;
  }

  /** Does something until it ends, from the beginning after each time that it is cut off. @throws what it throws. */
  async untilDone<T>(act: () => Promise<T>): Promise<T> {
    for (;;) {
      const cutOff = Symbol("cut off");
      const kill = new Promise<typeof cutOff>((resolve) => {
        this.killed.push(() => resolve(cutOff));
      });
      const done = await Promise.race([act(), kill]);
      this.killed = [];
      if (done !== cutOff) return done as T;
    }
  }

  /** The bindings, with effects that go wrong. */
  bindings(): Cloudflare.Env {
    return breakable((act) => this.effect(act));
  }

  /** Steps whose results are in `kept`. `answer` says whether an event comes. */
  steps(kept: Kept, answer: (type: string) => Promise<boolean> = async () => true): Steps {
    const once = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const known = kept.get(name);
      if (known) {
        if ("error" in known) throw known.error;
        return known.result as T;
      }
      for (let tries = 1; ; tries += 1) {
        try {
          const result = JSON.parse(JSON.stringify((await this.effect(work)) ?? null)) as T;
          kept.set(name, { result });
          return result;
        } catch (error) {
          if (tries < TRIES) continue;
          kept.set(name, { error });
          throw error;
        }
      }
    };
    return {
      do: (name, work) => once(name, () => work(() => undefined)),
      waitFor: (name, type) => once(name, () => answer(type)),
    };
  }
}
