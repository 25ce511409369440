// Forms: submissions and their targets, never their input.
import { recordIfOn } from "./send.ts";

export const followForm = (event: Event): void => {
  // Use a copy without fields: a field named "action" or "id" would hide the form's own property.
  const form = (event.target as HTMLFormElement).cloneNode() as HTMLFormElement;
  recordIfOn("form_submit", {
    h: form.action.split("?")[0],
    p: { form: form.id || form.name || undefined },
  });
};
