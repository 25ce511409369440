// Shortcuts belong to the screen that is shown: they come and go with it, also when the screen is loaded on its way.
import {
  type Component,
  createComponent,
  createMemo,
  createRenderEffect,
  createRoot,
  createSignal,
  type JSX,
  lazy,
  Suspense,
  startTransition,
} from "solid-js";
import { expect, test } from "vitest";
import { createShortcuts, shortcutGroups } from "../../../dashboard/src/data/shortcut";

const pause = (): Promise<void> => new Promise((done) => setTimeout(done, 10));

/** A screen in a file of its own, as the router loads them. */
const screenIn = (name: string) =>
  lazy(async () => {
    await pause();
    const Screen = (): JSX.Element => {
      createShortcuts({ title: name, shortcuts: [] });
      return name;
    };
    return { default: Screen };
  });

/** Without the compiler, which makes nodes of a page: reads what would be shown. */
const read = (shown: unknown): unknown => (typeof shown === "function" ? read(shown()) : shown);

test("the shortcuts of a screen end with it, however often people go from screen to screen", async () => {
  await createRoot(async (dispose) => {
    const [at, setAt] = createSignal("technology");
    const screens = new Map(["technology", "networks", "rules"].map((name) => [name, screenIn(name)]));
    const shown = createMemo(() =>
      createComponent(Suspense, {
        get children() {
          return createMemo(() => createComponent(screens.get(at()) as Component, {})) as unknown as JSX.Element;
        },
      }),
    );
    createRenderEffect(() => read(shown()));
    const titles = (): string[] => shortcutGroups().map(({ title }) => title);
    await expect.poll(titles).toEqual(["technology"]);
    for (const next of ["networks", "rules", "technology", "networks"]) {
      // The router goes to a screen in this way.
      await startTransition(() => setAt(next));
      await pause();
      expect(titles()).toEqual([next]);
    }
    dispose();
    expect(titles()).toEqual([]);
  });
});
