// Selectors for an element: what still finds it when the site is built anew. Ids, data attributes and classes that
// words were found for; positions only when there is nothing better.
import { attr, className, finder } from "@medv/finder";

export interface Proposal {
  selector: string;
  /** Elements of the page that it matches. */
  matches: number;
}

/** Classes that say how an element is at the moment, not what it is. */
const STATE =
  /^(is|has|js|ng|jsx|css|sc|svelte|astro)-|^(active|open|closed|hover|hovered|focus|focused|selected|disabled|loading|visible|hidden|show|shown|collapsed|expanded|current|first|last|odd|even)$/i;

const isStable = (name: string): boolean => className(name) && !STATE.test(name);

/** Made by a framework for one build or one rendering: `:r1:`, `ember123`, `radix-:r3:`, hashes. */
const isMadeUp = (id: string): boolean => /^\d|[:.]|\d{3,}|[0-9a-f]{8,}/i.test(id);

/** What sites put there on purpose to find an element again. */
const MARKS = ["data-testid", "data-test", "data-cy", "data-qa", "data-tk-event", "data-tk-hover"];

const quoted = (name: string, value: string): string => `[${name}="${CSS.escape(value)}"]`;

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
      attr: (name, value) => name !== "href" && attr(name, value),
      timeoutMs: 300,
    });
  } catch {
    // In a shadow tree or just removed: the group below may do.
  }
  const classes = [...element.classList].filter(isStable);
  if (classes.length > 0) yield element.localName + classes.map((name) => `.${CSS.escape(name)}`).join("");
}

/** Selectors that match the element, the most robust first; the last may be of all elements of its kind. */
export function proposalsFor(element: Element): Proposal[] {
  const proposals = new Map<string, number>();
  for (const selector of candidatesFor(element)) {
    const matches = countMatches(selector);
    if (matches && element.matches(selector)) proposals.set(selector, matches);
  }
  return [...proposals].map(([selector, matches]) => ({ selector, matches }));
}
