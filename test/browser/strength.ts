// How strongly the page draws what it says: old figures are dimmed by the opacity of what is around them.
import type { Page } from "playwright-core";

/** Of each element that the selector finds: what its own opacity and that of all around it come to, once it has settled. */
export async function strengthOf(page: Page, selector: string): Promise<number[]> {
  await page.waitForFunction(() => document.getAnimations().length === 0);
  return page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      let strength = 1;
      for (let one: Element | null = element; one; one = one.parentElement)
        strength *= Number(getComputedStyle(one).opacity);
      return Math.round(strength * 100) / 100;
    }),
  );
}
