// Copied text: its length and the kind of element, never the text itself.
import type { Kit } from "../kit.ts";

export default (kit: Kit): void => {
  kit.on("copy", (event) => {
    const element = event.composedPath()[0] as HTMLInputElement;
    if (element.type === "password") return;
    // In some browsers only the shadow tree knows its selection, and only a field its own.
    const root = element.getRootNode() as Document;
    const selected = [...`${root.getSelection?.() || getSelection()}`].length;
    const characters = selected || element.selectionEnd! - element.selectionStart!;
    if (characters > 0) kit.record("copy", { p: { characters, tag: element.localName } });
  });
};
