// The ten slowest test files, at the end of every run: where the time of the suite goes.
import type { Reporter, TestModule } from "vitest/node";

const SHOWN = 10;

export class Slowest implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules
      .map((module) => {
        const { collectDuration, setupDuration, duration } = module.diagnostic();
        return { file: module.relativeModuleId, seconds: (collectDuration + setupDuration + duration) / 1000 };
      })
      .sort((a, b) => b.seconds - a.seconds);
    if (files.length <= SHOWN) return;
    console.log(`\nSlowest test files (of ${files.length})`);
    for (const { file, seconds } of files.slice(0, SHOWN)) console.log(`${seconds.toFixed(1).padStart(8)} s  ${file}`);
  }
}
