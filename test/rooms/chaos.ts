// Chaos for Workflows: effects that fail or are cut off before or after they happen, and steps as the platform has them,
// with results that survive a crash. What is cut off never goes on, and none of its `catch` or `finally` is reached.
import { env } from "cloudflare:workers";
import type { Steps } from "../../workers/pipeline/steps";

/** mulberry32, public domain. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class Fault extends Error {}

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

  /** D1 and R2 with effects that go wrong. Statements do too, when they are run on their own. */
  bindings(): Pick<Cloudflare.Env, "DB" | "LAKE"> {
    const wrap = <T extends object>(target: T, broken: readonly string[], more: Record<string, unknown> = {}): T =>
      new Proxy(target, {
        get: (_, name) => {
          if (typeof name === "string" && Object.hasOwn(more, name)) return more[name];
          const value = Reflect.get(target, name) as unknown;
          if (typeof value !== "function") return value;
          if (!broken.includes(String(name))) return value.bind(target) as unknown;
          return (...args: unknown[]) => this.effect(() => value.apply(target, args) as Promise<unknown>);
        },
      });
    const statement = (own: D1PreparedStatement): D1PreparedStatement =>
      wrap(own, ["run", "all", "first"], {
        bind: (...values: unknown[]) => statement(own.bind(...values)),
        // A batch takes the real statement.
        unwrapped: own,
      });
    const unwrap = (own: D1PreparedStatement): D1PreparedStatement =>
      (own as unknown as { unwrapped?: D1PreparedStatement }).unwrapped ?? own;
    return {
      DB: wrap(env.DB, [], {
        prepare: (sql: string) => statement(env.DB.prepare(sql)),
        batch: (statements: D1PreparedStatement[]) => this.effect(() => env.DB.batch(statements.map(unwrap))),
      }),
      LAKE: wrap(env.LAKE, ["put", "get", "head", "delete", "list"]),
    };
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
