// The licences of the packages that TrackKit ships, in a text file beside what was built: MIT and Apache-2.0 ask for it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** The file beside the tracker and in the dashboard. */
export const NOTICES = "third-party-notices.txt";
/** Where a build by Vite lists the packages in its bundle (`build.license.fileName`). */
export const LICENSES = ".vite/license.json";

export interface Notice {
  name: string;
  version: string;
  /** SPDX identifier. */
  identifier: string;
  /** The licence's text; empty where the package has no such file. */
  text: string;
}

/** Takes the list out of the folder of a build. */
export async function takeLicenses(folder: string): Promise<Notice[]> {
  const file = join(folder, LICENSES);
  const notices = JSON.parse(await readFile(file, "utf8")) as Partial<Notice>[];
  await rm(join(file, ".."), { recursive: true });
  return notices.map(({ name = "", version = "", identifier, text }) => ({
    name,
    version,
    identifier: identifier ?? "",
    text: text ?? "",
  }));
}

interface Locked {
  version: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
}

/** The packages that the Worker may be bundled with: `dependencies`, what they depend on, and what was taken from others. */
export function workerLicenses(): Notice[] {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, Locked>;
  };
  const installed = Object.entries(lock.packages).flatMap(([path, { version, license = "", dev, devOptional }]) => {
    const folder = join(ROOT, path);
    if (path === "" || dev || devOptional || !existsSync(folder)) return [];
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)\b/i.test(file));
    const text = files.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
    return [
      {
        name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
        version,
        identifier: license,
        text,
      },
    ];
  });
  return [...installed, ...TAKEN];
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** What is not a package here but was taken from one. */
const TAKEN: Notice[] = [
  {
    name: "@zxcvbn-ts/language-common",
    version: "4.1.3",
    identifier: "MIT",
    text: `The MIT License (MIT)\n\nCopyright (c) 2021 @zxcvbn-ts\nCopyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.\n\n${MIT}`,
  },
];

/** The text of a package without a licence file: that of another package under the same licence, without its owner. */
function textFor({ identifier, text }: Notice, all: readonly Notice[]): string {
  if (text !== "") return text;
  const other =
    identifier === "Apache-2.0" ? all.find((one) => one.identifier === identifier && one.text !== "") : null;
  return other?.text ?? `Licensed under ${identifier}.`;
}

/** The text of all notices, each package once. @throws Error for a package without a licence. */
export function toText(notices: readonly Notice[]): string {
  const known = new Map(notices.map((notice) => [`${notice.name} ${notice.version}`, notice]));
  const sorted = [...known].sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = sorted.map(([title, notice]) => {
    if (notice.identifier === "") throw new Error(`package ${title} names no licence`);
    return `${title} (${notice.identifier})\n\n${textFor(notice, notices).trim()}`;
  });
  const line = `\n\n${"-".repeat(80)}\n\n`;
  return `TrackKit includes the following packages.${line}${parts.join(line)}\n`;
}

export const writeNotices = (folder: string, notices: readonly Notice[]): Promise<void> =>
  writeFile(join(folder, NOTICES), toText(notices));
