// What axe finds on a page in light, dark and forced colours.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPTIONS: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
};
const MEDIA = [
  { colorScheme: "light", forcedColors: "none" },
  { colorScheme: "dark", forcedColors: "none" },
  { colorScheme: "light", forcedColors: "active" },
] as const;

/** @param settled waits until nothing on the page is loading. */
export async function violationsOf(page: Page, settled: () => Promise<unknown>): Promise<string[]> {
  await page.evaluate(`if (!window.axe) { ${axe} }; void 0`);
  const found: string[] = [];
  for (const media of MEDIA) {
    await page.emulateMedia(media);
    await settled();
    const all = await page.evaluate(async (options) => {
      const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
      const { violations } = await axe.run(options);
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
    }, OPTIONS);
    found.push(...all.map((one) => `${JSON.stringify(media)} ${one}`));
  }
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  return found;
}
