// The mails about an account: wrong passwords, changes, and the links that set a new password or address.
import type { Block, Letter } from "./letter";
import { ACCOUNT_SENTENCES, ADDRESS_ASKED, CHANGED, NEW_ADDRESS, RESET, WARNING } from "./sentences/account";

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

/** What was changed. */
export type AccountChange = keyof typeof CHANGED;

const toNotice = (
  { subject, what, advice }: { subject: string; what: string; advice: string },
  accountUrl: string | null,
): Letter => ({
  subject,
  preview: what,
  heading: subject,
  blocks: [
    { kind: "paragraph", text: what },
    { kind: "paragraph", text: advice },
    ...linkTo(ACCOUNT_SENTENCES.open, accountUrl),
  ],
  reason: ACCOUNT_SENTENCES.reason,
});

export const toChangedLetter = (changed: AccountChange, accountUrl: string | null): Letter =>
  toNotice(CHANGED[changed], accountUrl);

/** To the present address, when another one is entered. */
export const toAddressAskedLetter = (accountUrl: string | null): Letter => toNotice(ADDRESS_ASKED, accountUrl);

const toLinkLetter = (
  { subject, what, button, ignore }: Record<"subject" | "what" | "button" | "ignore", string>,
  url: string,
  reason: string,
): Letter => ({
  subject,
  preview: what,
  heading: subject,
  blocks: [
    { kind: "paragraph", text: what },
    { kind: "link", label: button, url },
    { kind: "paragraph", text: ignore },
  ],
  reason,
});

export const toResetLetter = (url: string): Letter => toLinkLetter(RESET, url, ACCOUNT_SENTENCES.reason);

/** To the new address. */
export const toNewAddressLetter = (url: string): Letter => toLinkLetter(NEW_ADDRESS, url, NEW_ADDRESS.reason);
