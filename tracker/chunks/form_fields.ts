// Form fields: which were entered and left, for how long, and where a form was given up. Names, never what was typed.
import type { Kit } from "../kit.ts";

const LONGEST_NAME = 100;
const BUTTON = /button|submit|reset|image/;
/** What is never named: passwords, cards and codes, by type, `autocomplete`, name or id. */
const SECRET = /passw|pwd|\bcc-|card|cv[cv]|\botp|one-time/i;

/** What is known of a form of this page view: the field that was entered last, if it has a name, and whether it is over. */
interface Progress {
  form: string | undefined;
  field?: string | undefined;
  over?: boolean;
}

type Field = HTMLInputElement;

export default (kit: Kit): void => {
  let forms = new Map<HTMLFormElement, Progress>();
  let current: { form: string | undefined; field: string; since: number } | undefined;
  /** The element in focus, which both the window and a shadow tree may tell of. */
  let last: Field | undefined;
  let hidden = false;

  // Attributes, because a field named "id" stands in front of the form's own property.
  const read = (element: Element, names: string[]): string | undefined =>
    names
      .map((name) => element.getAttribute(name))
      .find((value) => value)
      ?.slice(0, LONGEST_NAME);

  const blur = kit.safely(() => {
    last = undefined;
    if (!current) return;
    const { form, field, since } = current;
    current = undefined;
    const seconds = Math.round((performance.now() - since) / 100) / 10;
    kit.record("field_blur", { p: { form, field, seconds } });
  });

  const focus = kit.safely((event: Event) => {
    const path = event.composedPath();
    for (const node of path) if (node instanceof ShadowRoot) listen(node);
    const element = path[0] as Field;
    if (element === last || !element.form || BUTTON.test(element.type) || element.closest("[data-tk-ignore]")) return;
    last = element;
    let progress = forms.get(element.form);
    if (!progress) {
      progress = { form: read(element.form, ["id", "name"]) };
      forms.set(element.form, progress);
      kit.record("form_start", { p: { form: progress.form } });
    }
    const names = ["name", "id", "aria-label", "autocomplete"];
    const isSecret = SECRET.test([element.type, ...names.map((name) => element.getAttribute(name))].join(" "));
    const field = isSecret ? undefined : read(element, names.slice(0, 3)) || element.type;
    progress.field = field;
    if (!field) return;
    current = { form: progress.form, field, since: performance.now() };
    kit.record("field_focus", { p: { form: progress.form, field } });
  });

  const finish = kit.safely((event: Event) => {
    const progress = forms.get(event.target as HTMLFormElement);
    if (progress) progress.over = true;
  });

  /** In the window, and in each shadow tree: a form is sent in there, and the focus moves, without anybody outside. */
  const listen = (root: EventTarget): void => {
    root.addEventListener("focusin", focus, true);
    root.addEventListener("focusout", blur, true);
    root.addEventListener("submit", finish, true);
    // `form.submit()` fires this only; and a script that sends what it reads from the form.
    root.addEventListener("formdata", finish, true);
  };
  listen(window);

  const leave = (): void => {
    blur();
    for (const { form, field, over } of forms.values()) if (!over) kit.record("form_abandon", { p: { form, field } });
    forms = new Map();
  };
  // Who looks something up in another tab comes back to the form.
  kit.onLeave(() => hidden || document.hidden || leave());
  kit.on("visibilitychange", () => {
    hidden = document.hidden;
  });
  // A page that is closed while it is out of sight.
  kit.on("pagehide", () => {
    leave();
    kit.flush();
  });
};
