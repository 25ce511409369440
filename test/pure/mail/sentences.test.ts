// What mails say lies in domain/mail/sentences, and reads like English that people write.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const SENTENCES = "workers/domain/mail/sentences";
/** Files whose texts are read elsewhere than in a mail. */
const EXCEPTIONS = [
  // Answers of the API to settings that it refuses.
  "workers/domain/mail/mail.ts",
  "workers/domain/mail/webhook-url.ts",
  // Why a mail could not be sent, for the list of sent mails.
  "workers/mail/send.ts",
  // Names of runs, which are nouns.
  "workers/domain/mail/words.ts",
];
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map(({ name }) => join(folder, name));

const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");

/** What logs, the API and whoever debugs read, which no mail says: steps, notes, problems, errors; and SQL, CSS and HTML tags. */
const forMachines = (source: string): string =>
  source
    .replace(/(?:steps\.do|note|new Error|new Problem)\((?:"[^"]*"|`[^`]*`|[^"`)])*/g, "")
    .replace(/^const (?:STYLE|FONT|MONO) = (?:`[^`]*`|"[^"]*")/gm, "")
    .replace(/<[^<>]*>/g, "");

/** Two words that follow one another in a text of the source. */
function wordsIn(source: string): string[] {
  const texts = forMachines(withoutComments(source)).matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g);
  return [...texts]
    .map(([, plain, template]) => (plain ?? template ?? "").replace(/\$\{[^}]*\}/g, " … "))
    .filter((text) => /(?:^|\s)[A-Za-z]{2,} [a-z]{2,}\b(?![-:=])/.test(text));
}

describe("the sentences of mails", () => {
  it.each(["Nothing is lost here", "Began at noon"])("would be found elsewhere: %s", (text) => {
    expect(wordsIn(`const block = { text: "${text}" };`)).toEqual([text]);
    expect(wordsIn(`const block = { text: \`\${name} ${text}\` };`)).toHaveLength(1);
  });

  it("are in no other file of mail", () => {
    const others = [...filesOf("workers/domain/mail"), ...filesOf("workers/mail")].filter(
      (file) => !EXCEPTIONS.includes(file),
    );
    expect(others.length).toBeGreaterThan(15);
    const found = others.flatMap((file) => wordsIn(readFileSync(file, "utf8")).map((text) => `${file}: ${text}`));
    expect(found).toEqual([]);
  });

  it("use none of the words of the old voice", () => {
    const old = /\b(told|tells|is kept|what (?:you|it|was)|nobody|somebody|as far as|in any case|along with)\b/i;
    const files = filesOf(SENTENCES);
    expect(files.length).toBeGreaterThanOrEqual(5);
    const found = files.flatMap((file) =>
      withoutComments(readFileSync(file, "utf8"))
        .split("\n")
        .filter((line) => old.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });
});
