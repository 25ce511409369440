// Copies: that something was copied, how much, and out of which kind of element. Never what.
import type { Kit } from "../kit.ts";

export default (kit: Kit): void => {
  kit.on("copy", (event) => {
    const element = event.composedPath()[0] as HTMLInputElement;
    if (element.type === "password") return;
    // Selections inside of shadow trees are known to these only, and those of fields to the fields, in some browsers.
    const root = element.getRootNode() as Document;
    const selected = [...`${root.getSelection?.() || getSelection()}`].length;
    const characters = selected || element.selectionEnd! - element.selectionStart!;
    if (characters > 0) kit.record("copy", { p: { characters, tag: element.localName } });
  });
};
