// Chance that can be repeated, and bindings that break by it.
import { env } from "cloudflare:workers";

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

/** Runs an effect that may fail before or after it is done. */
export type Effect = <T>(act: () => Promise<T>, name: string) => Promise<T>;

/** Fails before or after an effect by chance, each with half of the odds that the effect has by its name. */
export function byChance(random: () => number, odds: (name: string) => number, noted: () => void): Effect {
  return async (act, name) => {
    const dice = random();
    const fail = () => {
      noted();
      throw new Fault("injected");
    };
    if (dice < odds(name) / 2) fail();
    const done = await act();
    if (dice < odds(name)) fail();
    return done;
  };
}

/** Fails at one effect of many, before or after it: 0 before the first, 1 after the first, 2 before the second… */
export function atPlace(place: number): { effect: Effect; reached: () => boolean } {
  let next = 0;
  return {
    effect: async (act) => {
      if (next++ === place) throw new Fault("injected");
      const done = await act();
      if (next++ === place) throw new Fault("injected");
      return done;
    },
    reached: () => next > place,
  };
}

/** The bindings, each effect on which may break: R2's calls, D1's batches and statements, calls of hubs. */
export function breakable(effect: Effect): Cloudflare.Env {
  const wrap = <T extends object>(target: T, names: readonly string[]): T =>
    new Proxy(target, {
      get: (of, name) => {
        const value = Reflect.get(of, name) as unknown;
        if (typeof value !== "function") return value;
        const bound = value.bind(of) as (...args: unknown[]) => Promise<unknown>;
        return names.includes(String(name))
          ? (...args: unknown[]) => effect(() => bound(...args), String(name))
          : bound;
      },
    });
  const statement = (prepared: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(prepared, {
      get: (of, name) => {
        const value = Reflect.get(of, name) as unknown;
        if (name === "bind") return (...args: unknown[]) => statement(of.bind(...args));
        if (name === ORIGINAL) return of;
        if (typeof value !== "function") return value;
        const bound = value.bind(of) as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => effect(() => bound(...args), "statement");
      },
    });
  const DB = new Proxy(env.DB, {
    get: (db, name) => {
      if (name === "prepare") return (sql: string) => statement(db.prepare(sql));
      if (name === "batch")
        return (statements: (D1PreparedStatement & { [ORIGINAL]?: D1PreparedStatement })[]) =>
          effect(() => db.batch(statements.map((one) => one[ORIGINAL] ?? one)), "batch");
      const value = Reflect.get(db, name) as unknown;
      return typeof value === "function" ? value.bind(db) : value;
    },
  });
  const HUB = {
    getByName: (name: string) => ({
      accept: (batch: unknown) => effect(() => env.HUB.getByName(name).accept(batch as never), "accept"),
      forgetNames: (person: string) => effect(() => env.HUB.getByName(name).forgetNames(person), "forgetNames"),
      forget: (person: string) => effect(() => env.HUB.getByName(name).forget(person), "forget"),
      flush: () => effect(() => env.HUB.getByName(name).flush(), "flush"),
      backlog: () => effect(() => env.HUB.getByName(name).backlog(), "backlog"),
    }),
  } as unknown as typeof env.HUB;
  return { ...env, DB, HUB, LAKE: wrap(env.LAKE, ["put", "get", "head", "delete"]) };
}

const ORIGINAL = Symbol("original");

/** Steps of a Workflow without one: each is tried again until it is done, as the platform does. */
export const stubborn = (tries = 1_000) => ({
  async do<T>(_: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> {
    for (let left = tries; ; left -= 1) {
      try {
        return JSON.parse(JSON.stringify((await work(() => undefined)) ?? null)) as T;
      } catch (error) {
        if (left === 0) throw error;
      }
    }
  },
  waitFor: async () => true,
});
