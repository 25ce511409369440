// Progress of long work: a bar on a terminal, otherwise a line now and then.
import { Presets, SingleBar } from "cli-progress";

export interface Progress {
  to(value: number): void;
  done(): void;
}

const LINE_EVERY_MS = 5_000;

/** @param what the unit, such as "events". */
export function startProgress(title: string, total: number, what: string): Progress {
  if (process.stdout.isTTY) {
    const format = `${title} [{bar}] {percentage}% | {value}/{total} ${what} | {eta_formatted} left`;
    const bar = new SingleBar({ format, hideCursor: true, fps: 10 }, Presets.shades_classic);
    bar.start(total, 0);
    return { to: (value) => bar.update(value), done: () => bar.stop() };
  }
  let said = Date.now();
  const say = (value: number): void => console.log(`${title}: ${value} of ${total} ${what}`);
  let last = 0;
  return {
    to(value) {
      last = value;
      if (Date.now() - said < LINE_EVERY_MS) return;
      said = Date.now();
      say(value);
    },
    done: () => say(last),
  };
}
