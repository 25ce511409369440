// Describes elements: the fields of a report, and a selector. Each chunk that uses it gets its own copy.
import { LONGEST_QUOTE } from "./limits.ts";

/** Text with collapsed white space, cut between characters; nothing if it is empty. */
export const tidy = (text: string | null | undefined, most = LONGEST_QUOTE): string | undefined =>
  [...(text || "").trim().replace(/\s+/g, " ")].slice(0, most).join("") || undefined;

/** Tag, id and the first three classes; and a short selector: the id, else the tag and these classes. */
export const wordsFor = (element: Element) => {
  const tag = element.localName;
  // Not the property `id`: a form field of that name hides it.
  const id = element.getAttribute("id") || undefined;
  const classes = [...element.classList].slice(0, 3);
  return {
    q: (id ? ["", id] : [tag, ...classes]).map(CSS.escape).join(id ? "#" : "."),
    p: { tag, id, classes: classes.join(" ") || undefined },
  };
};
