// Clicks: what was clicked; clicks that came in a rage, and clicks on what looks clickable after which nothing happened.
import { tidy, wordsFor } from "../element.ts";
import type { Kit } from "../kit.ts";
import { DEAD_MS, MOST_TEXT, RAGE_MS, RAGE_PIXELS } from "../limits.ts";
import { onPress } from "../press.ts";

/** Written on an element, never typed into it. Of something large nothing: it is no button, and reading it takes time. */
const textOf = (element: HTMLElement): string | undefined =>
  tidy(
    (!element.isContentEditable &&
      element.textContent!.length < MOST_TEXT &&
      !element.querySelector("[contenteditable],select") &&
      element.innerText) ||
      element.ariaLabel ||
      element.querySelector<HTMLImageElement>("[alt]")?.alt,
  );

export default (kit: Kit): void => {
  /** The two clicks before, and whether the last was one of a rage. */
  let first: MouseEvent;
  let second: MouseEvent;
  let isRage: unknown;
  /** Between the pointer going down and its click. */
  let isDown: unknown;
  let isAnswered: unknown;
  let timer: ReturnType<typeof setTimeout>;

  const answer = (): void => {
    isAnswered = true;
    changes.disconnect();
  };
  /** Looks out for changes of the document, and of the open shadow trees around the element, until the first. */
  const changes = new MutationObserver(answer);

  // Some menus open as soon as the pointer goes down.
  kit.on("pointerdown", (event) => {
    clearTimeout(timer);
    isAnswered = false;
    isDown = true;
    (event.composedPath() as Node[]).map(
      (node) =>
        node.nodeType > 8 &&
        changes.observe(node, { childList: true, attributes: true, characterData: true, subtree: true }),
    );
  });
  // The focus moves with every pointer that goes down, which is no answer.
  "scroll submit change toggle focus blur beforeunload visibilitychange"
    .split(" ")
    .map((type) => kit.on(type, () => isDown || answer()));
  kit.onView(answer);

  onPress(kit, (event, path, h) => {
    const target = path[0] as HTMLInputElement & HTMLCanvasElement;
    // Fields (all but button, image, reset and submit) are another measurement's. And the click that a label makes on its field is not another click.
    if (target.labels && !/^(b|im|re|su)/.test(target.type)) return;
    const kind = path.find((node) => node.matches?.("a,button,summary,label,[onclick]:not(body),[role=button],input"));
    const element = kind || target;
    const isClickable = kind || getComputedStyle(element).cursor === "pointer";
    const text = textOf(element);
    const { q, p } = wordsFor(element);
    // The keyboard clicks nowhere in particular.
    const where = event.detail && { x: event.pageX | 0, y: event.pageY | 0 };
    const tell = (name: string) => kit.record(name, { h, q, p: { ...p, text, ...where } });
    if (isClickable) tell("click");
    isDown = false;
    if (!where) return;

    const isNear = (earlier: MouseEvent) =>
      event.timeStamp - earlier?.timeStamp < RAGE_MS &&
      Math.hypot(event.x - earlier.x, event.y - earlier.y) <= RAGE_PIXELS;
    // Told once, until the clicks pause or go elsewhere. A triple click selects a paragraph: the fourth is a rage there.
    isRage = isNear(second) && (isRage || (isNear(first) && (isClickable || event.detail !== 3) && tell("rage_click")));
    first = second;
    second = event;

    // Links lead away, except to a place in the page, and nobody knows what a canvas shows (it has a context).
    if (isClickable && !event.button && (!h || h.includes("#")) && !target.getContext) {
      // Scrolling is told with the next frame, which a busy page draws late; a selection is compared as its text.
      const before = (getSelection() as unknown as string) + scrollY;
      // The second begins when the page has handled the click: while it asks "Really?" time stands still.
      timer = setTimeout(() => {
        timer = setTimeout(
          kit.safely(
            () => isAnswered || before !== (getSelection() as unknown as string) + scrollY || tell("dead_click"),
          ),
          DEAD_MS,
        );
      });
    }
  });
};
