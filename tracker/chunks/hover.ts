// Hover: the pointer rested on an element with data-tk-hover, once per element and page view.
import { tidy, wordsFor } from "../element.ts";
import type { Kit } from "../kit.ts";

const MARK = "data-tk-hover";
const REST_MS = 500;

export default (kit: Kit): void => {
  let told: WeakSet<Element>;
  let current: Element | undefined;
  let timer: ReturnType<typeof setTimeout>;

  const enter = (element?: Element): void => {
    if (element === current) return;
    current = element;
    clearTimeout(timer);
    if (!element || told.has(element)) return;
    timer = setTimeout(
      kit.safely(() => {
        told.add(element);
        const { q, p } = wordsFor(element);
        kit.record("hover", { q, p: { tag: p.tag, id: p.id, name: tidy(element.getAttribute(MARK)) } });
      }),
      REST_MS,
    );
  };

  // A finger does not hover.
  kit.on<PointerEvent>("pointerover", (event) => {
    if (event.pointerType !== "touch")
      enter((event.composedPath() as Element[]).find((node) => node.hasAttribute?.(MARK)));
  });
  // The pointer left the window. Between elements, the next pointerover reports it.
  kit.on<PointerEvent>("pointerout", (event) => event.relatedTarget || enter());
  kit.onView(() => {
    told = new WeakSet();
    clearTimeout(timer);
  });
};
