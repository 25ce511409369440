// Marked elements: data-tk-event="Signup" data-tk-prop-plan="pro" counts clicks, and on a form its submissions.
import { tidy } from "../element.ts";
import type { Kit } from "../kit.ts";
import { LONGEST_NAME } from "../limits.ts";
import { onPress } from "../press.ts";

const EVENT = "data-tk-event";
const PROP = "data-tk-prop-";
/** The limits of collect: number of props, and a length at which all of them fit. */
const MOST_PROPS = 30;
const LONGEST_VALUE = 200;

export default (kit: Kit): void => {
  /** The field of the clicked label, which the browser clicks as well. */
  let echo: Element | null | undefined;

  let sent: Event;

  const tell = (element: Element | undefined, h?: string): void => {
    const name = tidy(element?.getAttribute(EVENT), LONGEST_NAME);
    if (!name) return;
    const props = [...element!.attributes]
      .filter((attribute) => attribute.name.startsWith(PROP) && attribute.name !== PROP)
      .slice(0, MOST_PROPS)
      .map((attribute) => [attribute.name.slice(PROP.length), tidy(attribute.value, LONGEST_VALUE)]);
    kit.record(name, { h, p: Object.fromEntries(props) });
  };

  const submitted = kit.safely((event: Event) => {
    // The submit event of a form in a slot arrives twice: on the window and in the shadow tree.
    if (event === sent) return;
    sent = event;
    // Use a copy without fields: a field named "attributes" would hide the form's own property.
    tell((event.composedPath()[0] as Element).cloneNode() as Element);
  });

  kit.on("submit", submitted);
  onPress(kit, (_event, path, href) => {
    // A submit event does not leave its shadow tree, so listen there. The click that submits does leave it.
    for (const node of path as Node[]) if (node instanceof ShadowRoot) node.addEventListener("submit", submitted, true);
    if (path[0] === echo) return;
    echo = (path as HTMLLabelElement[]).find((node) => node.control)?.control;
    setTimeout(() => {
      echo = undefined;
    });
    tell(
      path.find((node) => node.localName !== "form" && node.getAttribute?.(EVENT)),
      href,
    );
  });
};
