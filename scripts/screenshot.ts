// `npm run screenshot`: the picture in the README. Opens the overview of the demo in Chromium and writes docs/overview.png.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { openChromium } from "../test/browser/chromium.ts";
import { ROOT } from "./local/config.ts";
import { stateFolder } from "./simulate/options.ts";

const PICTURE = join(ROOT, "docs", "overview.png");
const SIZE = { width: 1440, height: 900 };
/** The first start loads a month of demo traffic before it is ready. */
const START_LIMIT_MS = 10 * 60_000;
/** Charts and numbers are animated for a moment after the data has arrived. */
const PAINT_LIMIT_MS = 60_000;

interface Card {
  dashboard: string;
  email: string;
  password: string;
  site_id: string | null;
}

/** The card that `npm start` writes while its system is ready. */
function readCard(): Card | null {
  const file = join(stateFolder(), "local.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Card) : null;
}

/** Starts the local system with its demo. @throws Error when it ends, or takes too long. */
async function startDemo(): Promise<{ card: Card; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(ROOT, "scripts/start.ts")], { cwd: ROOT, stdio: "inherit" });
  for (const limit = Date.now() + START_LIMIT_MS; Date.now() < limit; await pause(500)) {
    const card = readCard();
    if (card) return { card, child };
    if (child.exitCode !== null) throw new Error("npm start ended before the demo was ready.");
  }
  child.kill("SIGTERM");
  throw new Error(`npm start was not ready within ${START_LIMIT_MS / 60_000} minutes.`);
}

async function takePicture(browser: Browser, { dashboard, email, password, site_id }: Card): Promise<void> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light", reducedMotion: "reduce" });
  page.setDefaultTimeout(PAINT_LIMIT_MS);
  await page.goto(`${dashboard}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await page.goto(`${dashboard}/p/${site_id}?period=30d&compare=none`);
  await page.locator("main canvas").first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .bones') === null);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  mkdirSync(join(ROOT, "docs"), { recursive: true });
  await page.screenshot({ path: PICTURE, fullPage: false });
  await page.close();
}

async function screenshot(): Promise<void> {
  const running = readCard();
  const started = running ? null : await startDemo();
  const card = running ?? started!.card;
  try {
    if (card.site_id === null) throw new Error("The running system has no demo: start it without --empty.");
    const browser = await openChromium();
    try {
      await takePicture(browser, card);
    } finally {
      await browser.close();
    }
    console.log(`${PICTURE}: ${Math.round(statSync(PICTURE).size / 1000)} KB`);
  } finally {
    started?.child.kill("SIGTERM");
  }
}

try {
  await screenshot();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
