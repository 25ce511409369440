// Text that strangers wrote, in the owner's own mail: whoever opens a page can name a source "account suspended, verify at
// https://…". It is cut short, and no mail program makes a link of it.

const LONGEST = 60;
/** Where a mail program would see an address go on. The last three are full stops that browsers take for dots. */
const JOINTS = /([.:@\\。．。])(?=\S)/gu;
/** Invisible, and no part of any address. */
const BREAK = "\u200b";

/** At most 60 characters on one line, without the marks that turn the direction of writing. */
export function fromStranger(text: string): string {
  const plain = text
    .toWellFormed()
    .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  const characters = [...plain];
  const short = characters.length <= LONGEST ? plain : `${characters.slice(0, LONGEST - 1).join("")}…`;
  return short.replace(JOINTS, `$1${BREAK}`);
}
