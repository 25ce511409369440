// What deserves a look at the end of a run: the slowest test files, and the tests that passed only when run again.
import type { Reporter, TestModule } from "vitest/node";

const SHOWN = 10;

export class Conspicuous implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const again = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => {
        const diagnostic = test.diagnostic();
        return diagnostic?.flaky
          ? [{ file: module.relativeModuleId, name: test.fullName, errors: test.result().errors }]
          : [];
      }),
    );
    if (again.length > 0) console.log(`\nPassed only when run again: ${again.length}`);
    for (const { file, name, errors } of again)
      console.log(`${file} > ${name}\n    ${errors?.[0]?.message ?? "no message"}`);

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
