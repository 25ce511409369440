// The header Server-Timing: where the time of a request went. In workerd clocks stand still while code runs and advance with
// I/O, so a duration is the time that was waited for D1, hubs or Analysts, and the total leaves out what was computed last.

export interface Timing {
  /** Adds the time that the work takes to that of its name. */
  measure: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** The durations so far and the total, in ms. */
  header: () => string;
}

export function createTiming(clock: () => number = Date.now): Timing {
  const start = clock();
  const spent = new Map<string, number>();
  const add = (name: string, ms: number) => spent.set(name, (spent.get(name) ?? 0) + ms);
  return {
    measure: async (name, work) => {
      const before = clock();
      try {
        return await work();
      } finally {
        add(name, clock() - before);
      }
    },
    header: () => [...spent, ["total", clock() - start] as const].map(([name, ms]) => `${name};dur=${ms}`).join(", "),
  };
}
