// Chromium for the tests that need a real browser: where it is, and how it is started.
import { spawn } from "node:child_process";
import { accessSync, constants, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserServer, chromium, type LaunchOptions } from "playwright-core";

const HOW_TO_GET_ONE = `Chromium was not found. The browser tests need one; any of these gives it:
  - set CHROMIUM_PATH to the executable of a Chromium or Chrome that is installed
  - npx playwright-core install chromium
  - apt-get install chromium (Debian), brew install --cask chromium (macOS)`;

/** Quiet and offline: no first-run pages, no updates, no traffic of its own. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--accept-lang=en-US",
];

/** Folders in which an unpacked download of Playwright keeps a Chromium, by platform. */
const IN_DOWNLOAD = [
  ["chrome-linux64", "chrome"],
  ["chrome-linux", "chrome"],
  ["chrome-mac-arm64", "Google Chrome for Testing.app", "Contents", "MacOS", "Google Chrome for Testing"],
  ["chrome-mac-x64", "Google Chrome for Testing.app", "Contents", "MacOS", "Google Chrome for Testing"],
  ["chrome-mac", "Chromium.app", "Contents", "MacOS", "Chromium"],
  ["chrome-win64", "chrome.exe"],
  ["chrome-win", "chrome.exe"],
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The same of its headless shell: Chromium without the parts of a desktop program. */
const SHELL_IN_DOWNLOAD = [
  ["chrome-headless-shell-linux64", "chrome-headless-shell"],
  ["chrome-linux", "headless_shell"],
  ["chrome-headless-shell-mac-arm64", "chrome-headless-shell"],
  ["chrome-headless-shell-mac-x64", "chrome-headless-shell"],
  ["chrome-mac", "headless_shell"],
  ["chrome-headless-shell-win64", "chrome-headless-shell.exe"],
  ["chrome-win", "headless_shell.exe"],
];

/** Downloads of Playwright by their name, newest first. */
function playwrightFolders(kind: "chromium" | "chromium_headless_shell"): string[] {
  const caches = [
    process.env.PLAYWRIGHT_BROWSERS_PATH ?? "",
    join(homedir(), ".cache", "ms-playwright"),
    join(homedir(), "Library", "Caches", "ms-playwright"),
    join(process.env.LOCALAPPDATA ?? "", "ms-playwright"),
  ];
  return caches.flatMap((cache) => {
    try {
      const downloads = readdirSync(cache).filter((name) => new RegExp(`^${kind}-\\d+$`).test(name));
      const build = (name: string): number => Number(name.slice(kind.length + 1));
      const newestFirst = downloads.sort((a, b) => build(b) - build(a));
      return newestFirst.map((name) => join(cache, name));
    } catch {
      return [];
    }
  });
}

function* inPath(...names: string[]): Generator<string> {
  for (const folder of (process.env.PATH ?? "").split(delimiter))
    for (const name of names) if (folder) yield join(folder, name);
}

function* candidates(): Generator<string> {
  for (const folder of playwrightFolders("chromium")) for (const parts of IN_DOWNLOAD) yield join(folder, ...parts);
  yield* inPath("chromium", "chromium-browser", "google-chrome", "chrome");
}

function* shells(): Generator<string> {
  for (const folder of playwrightFolders("chromium_headless_shell"))
    for (const parts of SHELL_IN_DOWNLOAD) yield join(folder, ...parts);
  yield* inPath("chromium-headless-shell", "chrome-headless-shell");
}

/** Path of a Chromium: `CHROMIUM_PATH`, else Playwright's cache, else the PATH. Throws with advice when there is none. */
export function findChromium(): string {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (isExecutable(given)) return given;
    throw new Error(`CHROMIUM_PATH names ${given}, which cannot be executed.\n${HOW_TO_GET_ONE}`);
  }
  for (const path of candidates()) if (isExecutable(path)) return path;
  throw new Error(HOW_TO_GET_ONE);
}

/**
 * Path of what opens pages fastest: Chromium's headless shell if it is installed, else Chromium. A new page costs the shell
 * a third of the time. It has no back/forward cache and does not prerender.
 */
function findShell(): string {
  if (!process.env.CHROMIUM_PATH) for (const path of shells()) if (isExecutable(path)) return path;
  return findChromium();
}

/** Headless Chromium says so in its user agent, and collect refuses it as a bot: visitors of the tests are people. */
export const PERSON =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/**
 * Playwright switches the back/forward cache off and keeps every page focused; a site's visitors have the first, so it is
 * switched on again here.
 */
const launchOptions = (options: LaunchOptions): LaunchOptions => ({
  executablePath: findChromium(),
  ...options,
  args: [...FLAGS, ...(options.args ?? [])],
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
});

/** Starts a Chromium for one program. */
export const openChromium = (options: LaunchOptions = {}): Promise<Browser> => chromium.launch(launchOptions(options));

/**
 * Starts a Chromium that several test files share; each sees only its own contexts. The user agent is the process's, not a
 * context's: a beacon that leaves while its page goes away would otherwise still say HeadlessChrome.
 */
export const serveChromium = (kind: "shell" | "whole"): Promise<BrowserServer> =>
  chromium.launchServer(
    launchOptions({
      executablePath: kind === "shell" ? findShell() : findChromium(),
      args: [`--user-agent=${PERSON}`],
    }),
  );

/**
 * Starts a Chromium on a page, without Playwright: Chromium does not prerender while DevTools is attached. Pages say
 * themselves what happens. @returns what ends it.
 */
export async function openUnwatchedChromium(url: string, args: readonly string[] = []): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const own = ["--headless", "--remote-debugging-port=0", "--disable-features=Prerender2MemoryControls"];
  const chromium = spawn(findChromium(), [...FLAGS, ...own, ...args, `--user-data-dir=${profile}`, url], {
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => chromium.once("exit", resolve));
  return async () => {
    chromium.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
}
