// Form fields: when visitors enter and leave them, and where they abandon a form. Names only, never input.
import type { Kit } from "../kit.ts";

const LONGEST_NAME = 100;
const BUTTON = /button|submit|reset|image/;
/** Fields that are never named: passwords, cards and codes, by type, `autocomplete`, name or id. */
const SECRET = /passw|pwd|\bcc-|card|cv[cv]|\botp|one-time/i;

/** The state of a form on this page view: the last entered field, if it has a name, and whether the form is over. */
interface Progress {
  form: string | undefined;
  field?: string | undefined;
  over?: boolean;
}

type Field = HTMLInputElement;

export default (kit: Kit): void => {
  let forms = new Map<HTMLFormElement, Progress>();
  let current: { form: string | undefined; field: string; since: number } | undefined;
  /** The focused element. Both the window and a shadow tree may report it. */
  let last: Field | undefined;
  let hidden = false;

  // Read attributes, because a field named "id" hides the form's own property.
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

  /** On the window and in each shadow tree: submits and focus changes in a shadow tree are not visible outside. */
  const listen = (root: EventTarget): void => {
    root.addEventListener("focusin", focus, true);
    root.addEventListener("focusout", blur, true);
    root.addEventListener("submit", finish, true);
    // `form.submit()` fires only this event, and so does a script that reads the form and sends it.
    root.addEventListener("formdata", finish, true);
  };
  listen(window);

  const leave = (): void => {
    blur();
    for (const { form, field, over } of forms.values()) if (!over) kit.record("form_abandon", { p: { form, field } });
    forms = new Map();
  };
  // A visitor who looks something up in another tab returns to the form.
  kit.onLeave(() => hidden || document.hidden || leave());
  kit.on("visibilitychange", () => {
    hidden = document.hidden;
  });
  // The page is closed while it is hidden.
  kit.on("pagehide", () => {
    leave();
    kit.flush();
  });
};
