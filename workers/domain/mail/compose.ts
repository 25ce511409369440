// Composes a mail: the HTML part and the text part of one letter.
import { toMailHtml } from "./html";
import { type Frame, type Letter, toSubject } from "./letter";
import type { MailContent } from "./mail";
import { toMailText } from "./text";

export function toMail(letter: Letter, frame: Frame): MailContent {
  return { subject: toSubject(letter.subject), html: toMailHtml(letter, frame), text: toMailText(letter, frame) };
}
