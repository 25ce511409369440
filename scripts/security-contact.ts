// Whom a finder of a security fault may tell (RFC 9116): the owner of the installation, where they name an address.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const YEAR = 365 * 86_400_000;

/**
 * The file's text.
 * @param contact an address of the web or of mail. @param now ms; the file asks to be renewed a year later.
 * @throws Error for an address of another kind.
 */
export function securityText(contact: string, now: number): string {
  const uri = /^[^\s@:/]+@[^\s@]+$/.test(contact) ? `mailto:${contact}` : contact;
  if (!/^(https:\/\/|mailto:)\S+$/.test(uri))
    throw new Error(`SECURITY_CONTACT must be an email address or start with https:// or mailto:, not "${contact}"`);
  return `Contact: ${uri}\nExpires: ${new Date(now + YEAR).toISOString()}\nPreferred-Languages: en\n`;
}

/** Writes `.well-known/security.txt` if SECURITY_CONTACT is set. */
export async function writeSecurityText(folder: string): Promise<void> {
  const contact = process.env.SECURITY_CONTACT;
  if (!contact) return;
  await mkdir(join(folder, ".well-known"), { recursive: true });
  await writeFile(join(folder, ".well-known/security.txt"), securityText(contact, Date.now()));
}
