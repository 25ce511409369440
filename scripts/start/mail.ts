// Mail of a local system: wrangler writes what is sent into files of the session, and removes them when it ends. They are
// copied into a folder of the state, under names that a person can read.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const LOOK_MS = 1000;

export const mailFolder = (state: string): string => join(state, "mail");

const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** `Shop: weekly report` → `shop-weekly-report`, from the title of the HTML part. */
const slugOf = (html: string): string =>
  (/<title>(.*?)<\/title>/.exec(html)?.[1] ?? "mail")
    .replace(/&[a-z#0-9]+;/g, " ")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 80);

/** Copies what has not been copied before. @returns the new files. */
export function copyMail(state: string, seen: Set<string>): string[] {
  const sessions = join(state, "worker", ".wrangler", "tmp", "email");
  const copied: string[] = [];
  for (const session of list(sessions))
    for (const file of list(join(sessions, session, "email-html"))) {
      const html = join(sessions, session, "email-html", file);
      const text = join(sessions, session, "email-text", file.replace(/html$/, "txt"));
      if (seen.has(html)) continue;
      const content = readFileSync(html, "utf8");
      // Being written just now: the next look finds all of it.
      if (!content.trimEnd().endsWith("</html>")) continue;
      seen.add(html);
      mkdirSync(mailFolder(state), { recursive: true });
      const time = statSync(html).mtime.toISOString().slice(0, 19).replaceAll(":", "-");
      const target = join(mailFolder(state), `${time}-${slugOf(content)}-${file.replace(/\W/g, "").slice(0, 6)}`);
      copyFileSync(html, `${target}.html`);
      if (existsSync(text)) copyFileSync(text, `${target}.txt`);
      copied.push(`${target}.html`);
    }
  return copied;
}

/** Keeps mail, and says so, until the signal ends it. */
export function keepMail(state: string, signal: AbortSignal): void {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const file of copyMail(state, seen)) console.log(`Mail: ${file}`);
  }, LOOK_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}
