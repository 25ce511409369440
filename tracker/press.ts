// Presses: clicks with the left button, a finger or the keyboard, and with the middle button on links.
import type { Kit } from "./kit.ts";
import { LONGEST_TEXT } from "./limits.ts";

/** What a click went through, innermost first, out of open shadow trees too; and the address that it leads to. */
type Pressed = (event: MouseEvent, path: HTMLElement[], href: string | undefined) => void;

/** Hears presses. Addresses are those of the web, of mail and of telephones: not of scripts. */
export const onPress = (kit: Kit, act: Pressed): void => {
  let last: { eventPhase?: number } = {};
  const follow = (event: MouseEvent): void => {
    const path = event.composedPath() as HTMLAnchorElement[];
    const href = path.find((node) => /^(http|mail|tel)/.test(node.href))?.href;
    // What a page clicks while it handles a click belongs to the same press.
    if (event.button > (href ? 1 : 0) || last.eventPhase) return;
    last = event;
    act(event, path, href?.slice(0, LONGEST_TEXT));
  };
  kit.on("click", follow);
  kit.on("auxclick", follow);
};
