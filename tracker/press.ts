// Presses: clicks with the left button, a finger or the keyboard, and with the middle button on links.
import type { Kit } from "./kit.ts";
import { LONGEST_TEXT } from "./limits.ts";

/** The path of a click, innermost element first, including open shadow trees; and the address of its link. */
type Pressed = (event: MouseEvent, path: HTMLElement[], href: string | undefined) => void;

/** Listens to presses. Addresses are web, mail and telephone links, not scripts. */
export const onPress = (kit: Kit, act: Pressed): void => {
  let last: { eventPhase?: number } = {};
  const follow = (event: MouseEvent): void => {
    const path = event.composedPath() as HTMLAnchorElement[];
    const href = path.find((node) => /^(http|mail|tel)/.test(node.href))?.href;
    // Clicks by the page while it handles a click belong to the same press.
    if (event.button > (href ? 1 : 0) || last.eventPhase) return;
    last = event;
    act(event, path, href?.slice(0, LONGEST_TEXT));
  };
  kit.on("click", follow);
  kit.on("auxclick", follow);
};
