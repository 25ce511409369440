// Forms: that one was sent, and where to. Never what was typed.
import { recordIfOn } from "./send.ts";

export const followForm = (event: Event): void => {
  // A copy without its fields: a field named "action" or "id" would stand in front of the form's own property.
  const form = (event.target as HTMLFormElement).cloneNode() as HTMLFormElement;
  recordIfOn("form_submit", {
    h: form.action.split("?")[0],
    p: { form: form.id || form.name || undefined },
  });
};
