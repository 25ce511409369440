// Cron triggers: the local runtime knows them but fires none, so they are fired from here.

/** The Worker's schedules, from wrangler.toml. */
export function schedulesOf(toml: string): string[] {
  const [, list = ""] = /^crons = \[(.*)\]$/m.exec(toml) ?? [];
  return Array.from(list.matchAll(/"([^"]+)"/g), ([, schedule]) => schedule ?? "");
}

const RANGES: [min: number, max: number][] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [1, 7],
];

function fits(field: string, value: number, [min, max]: [number, number]): boolean {
  return field.split(",").some((part) => {
    const [span = "*", step = "1"] = part.split("/");
    const [from, to] = span === "*" ? [min, max] : span.split("-").map(Number);
    const last = to ?? (part.includes("/") ? max : from);
    return value >= (from ?? min) && value <= (last ?? max) && (value - (from ?? min)) % Number(step) === 0;
  });
}

/** Whether a schedule of five fields is due in the minute of a time. Times are UTC and weekdays 1 (Sunday) to 7, as at Cloudflare. */
export function isDue(schedule: string, time: Date): boolean {
  const values = [
    time.getUTCMinutes(),
    time.getUTCHours(),
    time.getUTCDate(),
    time.getUTCMonth() + 1,
    time.getUTCDay() + 1,
  ];
  return schedule.split(" ").every((field, i) => fits(field, values[i] ?? 0, RANGES[i] ?? [0, 0]));
}

/** Fires what is due, each minute, until the signal says so. */
export function fireCrons(worker: string, schedules: string[], signal: AbortSignal): void {
  const next = (): number => 60_000 - (Date.now() % 60_000);
  let timer = setTimeout(tick, next());
  signal.addEventListener("abort", () => clearTimeout(timer));
  function tick(): void {
    const now = new Date();
    for (const schedule of schedules.filter((one) => isDue(one, now))) {
      const query = new URLSearchParams({ cron: schedule, time: `${now.getTime()}` });
      fetch(`${worker}/cdn-cgi/local/scheduled?${query}`, { signal }).catch((error: Error) => {
        if (!signal.aborted) console.warn(`Cron trigger ${schedule} failed: ${error.message}`);
      });
    }
    timer = setTimeout(tick, next());
  }
}
