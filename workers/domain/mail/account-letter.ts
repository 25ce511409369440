// The mails about an account: wrong passwords, a changed password or address, and the link that sets a new password.
import type { Block, Letter } from "./letter";
import { ACCOUNT_SENTENCES, CHANGED, RESET, WARNING } from "./sentences/account";

const linkTo = (label: string, url: string | null): Block[] => (url === null ? [] : [{ kind: "link", label, url }]);

export function toWarningLetter(accountUrl: string | null): Letter {
  return {
    subject: WARNING.subject,
    preview: WARNING.preview,
    heading: WARNING.heading,
    blocks: [
      { kind: "notice", tone: "warn", text: WARNING.what },
      { kind: "paragraph", text: WARNING.advice },
      ...linkTo(ACCOUNT_SENTENCES.open, accountUrl),
    ],
    reason: ACCOUNT_SENTENCES.reason,
  };
}

export function toPasswordChangedLetter(changed: "password" | "email", accountUrl: string | null): Letter {
  return {
    subject: CHANGED[changed].subject,
    preview: CHANGED[changed].what,
    heading: CHANGED[changed].subject,
    blocks: [
      { kind: "paragraph", text: CHANGED[changed].what },
      { kind: "paragraph", text: CHANGED.advice },
      ...linkTo(ACCOUNT_SENTENCES.open, accountUrl),
    ],
    reason: ACCOUNT_SENTENCES.reason,
  };
}

export function toResetLetter(url: string): Letter {
  return {
    subject: RESET.subject,
    preview: RESET.what,
    heading: RESET.subject,
    blocks: [
      { kind: "paragraph", text: RESET.what },
      { kind: "link", label: RESET.button, url },
      { kind: "paragraph", text: RESET.ignore },
    ],
    reason: ACCOUNT_SENTENCES.reason,
  };
}
