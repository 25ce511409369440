// Selectors for an element: what still finds it when the site is built anew. Ids, data attributes and classes that
// words were found for; positions only when there is nothing better.
import { attr, finder } from "@medv/finder";

export interface Proposal {
  selector: string;
  /** Elements of the page that it matches. */
  matches: number;
}

/** Classes that say how an element is at the moment, or what a build named it; not what it is. */
const PASSING =
  /^(is|has|js|ng|css|sc|jsx|svelte|astro)-|^(active|open|closed|hover(ed)?|focus(ed)?|selected|disabled|loading|visible|hidden|shown?|collapsed|expanded|current|first|last|odd|even)$/i;

/** Made of words, as people write them: `add-to-cart`, `btn__label`, `heroTitle`; not `css-1x2y3z` or `bdVqJW`. */
export function isStable(name: string): boolean {
  const words = name.split(/[-_]+|(?<=[a-z])(?=[A-Z])/).filter(Boolean);
  const isWord = (word: string): boolean => /^[a-z]+\d?$/i.test(word) && !/[^aeiouy\d]{5,}/i.test(word);
  return words.length > 0 && words.every(isWord) && words.some((word) => word.length > 2) && !PASSING.test(name);
}

/** Made by a framework for one build or one rendering: `:r1:`, `ember123`, `radix-:r3:`, hashes. */
const isMadeUp = (id: string): boolean => /^\d|[:.]|\d{3,}|[0-9a-f]{8,}/i.test(id);

/** Attributes that say which one of its kind an element is: `data-plan="pro"`; numbers are rows of some table. */
const isTelling = (name: string, value: string): boolean =>
  name.startsWith("data-") && /^[a-z][\w-]{0,39}$/i.test(value) && !/[0-9a-f]{8,}/i.test(value);

/** What sites put there on purpose to find an element again. */
const MARKS = ["data-testid", "data-test", "data-cy", "data-qa", "data-tk-event", "data-tk-hover"];

const quoted = (name: string, value: string): string => `[${name}="${value.replace(/["\\]/g, "\\$&")}"]`;

/** How many elements a selector matches; null when it is none. */
export function countMatches(selector: string): number | null {
  try {
    return document.querySelectorAll(selector).length;
  } catch {
    return null;
  }
}

function* candidatesFor(element: Element): Generator<string> {
  if (element.id && !isMadeUp(element.id)) yield `#${CSS.escape(element.id)}`;
  for (const name of MARKS) {
    const value = element.getAttribute(name);
    if (value) yield quoted(name, value);
  }
  try {
    yield finder(element, {
      idName: (id) => !isMadeUp(id),
      className: isStable,
      // An address may change with the language and the campaign.
      attr: (name, value) => isTelling(name, value) || (name !== "href" && attr(name, value)),
      timeoutMs: 300,
    });
  } catch {
    // In a shadow tree or just removed: the group below may do.
  }
  const classes = [...element.classList].filter(isStable);
  if (classes.length > 0) yield element.localName + classes.map((name) => `.${CSS.escape(name)}`).join("");
}

/** Places among siblings change with the next article; all else is better. */
const isPlace = ({ selector }: Proposal): boolean => selector.includes(":nth-");

/** Selectors that match the element, the most robust first; some may match others of its kind too. */
export function proposalsFor(element: Element): Proposal[] {
  const proposals = new Map<string, number>();
  for (const selector of candidatesFor(element)) {
    const matches = countMatches(selector);
    if (matches && element.matches(selector)) proposals.set(selector, matches);
  }
  return [...proposals]
    .map(([selector, matches]) => ({ selector, matches }))
    .sort((one, other) => Number(isPlace(one)) - Number(isPlace(other)));
}
