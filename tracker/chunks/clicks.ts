// Clicks: the clicked element; rage clicks; and dead clicks, which hit something clickable but change nothing.
import { tidy, wordsFor } from "../element.ts";
import type { Kit } from "../kit.ts";
import { DEAD_MS, MOST_TEXT, RAGE_MS, RAGE_PIXELS } from "../limits.ts";
import { onPress } from "../press.ts";

/** The text on an element, never its input. Nothing for large elements, which are no buttons and slow to read. */
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
  /** The two previous clicks, and whether the last one was a rage click. */
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
  /** Watches the document, and the open shadow trees around the element, for the first change. */
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
  // Every pointer down moves the focus, so a change of focus is not a reaction.
  "scroll submit change toggle focus blur beforeunload visibilitychange"
    .split(" ")
    .map((type) => kit.on(type, () => isDown || answer()));
  kit.onView(answer);

  onPress(kit, (event, path, h) => {
    const target = path[0] as HTMLInputElement & HTMLCanvasElement;
    // Fields (all but button, image, reset and submit) belong to another measurement, and a label's click on its field
    // is not another click.
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
    // Report it once, until the clicks pause or move. A triple click selects a paragraph, so text needs a fourth click.
    isRage = isNear(second) && (isRage || (isNear(first) && (isClickable || event.detail !== 3) && tell("rage_click")));
    first = second;
    second = event;

    // Links leave the page, except to a place in it; and nobody can tell whether a canvas changed (it has a context).
    if (isClickable && !event.button && (!h || h.includes("#")) && !target.getContext) {
      // The scroll event comes with the next frame, which is late on a busy page. Selections are compared as text.
      const before = (getSelection() as unknown as string) + scrollY;
      // The second starts after the page has handled the click, so that a confirm dialog does not use it up.
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
