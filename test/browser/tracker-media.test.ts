// What the tracker says about video and audio, in the page and in the players of YouTube and Vimeo.
import type { Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "./tracker-stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  expect(stage.errors).toEqual([]);
  await stage.reset();
});
afterAll(() => stage.close());

/** Silence: 8,000 samples of a byte a second. */
function wav(seconds: number): Uint8Array {
  const size = 8000 * seconds;
  const file = Buffer.alloc(44 + size, 128);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + size, 4);
  file.write("WAVEfmt ", 8);
  for (const [at, value] of Object.entries({ 16: 16, 24: 8000, 28: 8000 })) file.writeUInt32LE(value, Number(at));
  for (const [at, value] of Object.entries({ 20: 1, 22: 1, 32: 1, 34: 8 })) file.writeUInt16LE(value, Number(at));
  file.write("data", 36);
  file.writeUInt32LE(size, 40);
  return file;
}

const visit = (body: string): Promise<Page> => {
  stage.site.pages["/short.wav"] = { body: wav(1.2), type: "audio/wav", headers: { "cache-control": "no-store" } };
  stage.site.pages["/long.wav"] = { body: wav(60), type: "audio/wav" };
  stage.site.pages["/"] = stage.html({ body });
  return stage.visit("/", { on: ["media"] });
};
const told = () =>
  stage.collector.hits.filter((hit) => hit.n.startsWith("media_")).map((hit) => [hit.n, hit.p] as const);
const names = () => told().map(([name, props]) => `${name.slice(6)} ${props!.media}`);
const all = (media: string) => ["play", "25", "50", "75", "complete"].map((event) => `${event} ${media}`);
const arrived = (event: string, times = 1) =>
  expect.poll(() => told().filter(([name]) => name === `media_${event}`).length, { timeout: 60_000 }).toBe(times);
const play = (page: Page, selector = "#it"): Promise<void> =>
  page.evaluate((found) => document.querySelector<HTMLMediaElement>(found)!.play(), selector);

test("a sound that is played to its end tells each mark once, and the seconds that were played", async () => {
  const page = await visit("<audio id=it src=/short.wav?secret=1></audio>");
  await play(page);
  await arrived("complete");
  await play(page);
  await arrived("play", 2);
  await stage.leave(page);
  expect(names()).toEqual([...all("short.wav"), "play short.wav", "pause short.wav"]);
  const seconds = told().map(([, props]) => props!.seconds as number);
  expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
  expect(seconds[4]).toBeGreaterThan(0);
  expect(seconds[4]).toBeLessThanOrEqual(1.2);
  expect(told().every(([, props]) => props!.kind === "audio")).toBe(true);
});

test("what is skipped is not played, but the marks on the way are reached; a pause is told where it was made", async () => {
  const page = await visit('<video id=it title="The film"></video>');
  // Out of memory: the server of these tests cannot send a part of a file.
  await page.evaluate(async () => {
    const file = await (await fetch("/long.wav")).blob();
    document.querySelector("video")!.src = URL.createObjectURL(file);
  });
  await play(page);
  await arrived("play");
  await page.evaluate(async () => {
    const media = document.querySelector("video")!;
    const next = (type: string) => new Promise((resolve) => media.addEventListener(type, resolve, { once: true }));
    media.currentTime = 33;
    await next("timeupdate");
    await next("timeupdate");
    media.pause();
    await next("pause");
    media.currentTime = 50;
    await next("seeked");
  });
  await stage.leave(page);
  expect(names()).toEqual(["play", "25", "50", "pause"].map((event) => `${event} The film`));
  expect(told()[3]![1]!.seconds).toBeLessThan(20);
  expect(told()[0]![1]).toEqual({ media: "The film", kind: "video", seconds: 0 });
});

test("what plays already when the chunk comes over a slow network is told then", async () => {
  stage.site.pages["/long.wav"] = { body: wav(60), type: "audio/wav" };
  stage.site.pages["/"] = stage.html({ body: "<audio id=it src=/long.wav></audio>" });
  const page = await stage.visit("/");
  await page.evaluate(() => document.querySelector("audio")!.play());
  stage.collector.reply = { off: [], on: ["media"] };
  await page.evaluate(() => history.pushState({}, "", "/next"));
  await arrived("play");
  await stage.leave(page);
  expect(names()).toEqual(["play long.wav", "pause long.wav"]);
});

test("who leaves while it plays has paused there", async () => {
  stage.site.pages["/next"] = "<title>Next</title>";
  const page = await visit("<video id=it src=/long.wav></video>");
  await play(page);
  await arrived("play");
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const media = document.querySelector("video")!;
        media.addEventListener("timeupdate", () => media.currentTime > 0.3 && resolve());
      }),
  );
  await page.goto(stage.site.at("/next"));
  await arrived("pause");
  expect(names()).toEqual(["play long.wav", "pause long.wav"]);
  expect(told()[1]![1]!.seconds).toBeGreaterThan(0);
});

test("a film that is added later, one in an open shadow tree, and one that a route takes away are heard", async () => {
  const page = await visit("<div id=host></div>");
  await page.evaluate(() => {
    addEventListener("playing", (event) => event.stopImmediatePropagation(), true);
    const root = document.querySelector("#host")!.attachShadow({ mode: "open" });
    root.innerHTML = "<button>play</button><audio title=inner src=/short.wav></audio>";
    root.querySelector("button")!.onclick = () => root.querySelector("audio")!.play();
    document.body.insertAdjacentHTML("beforeend", "<video id=it title=later src=/long.wav></video>");
  });
  await page.click("#host button");
  await arrived("complete");
  await play(page);
  await arrived("play", 2);
  await page.evaluate(() => document.querySelector("#it")!.remove());
  await arrived("pause");
  expect(names()).toEqual([...all("inner"), "play later", "pause later"]);
  await stage.leave(page);
});

test("decoration that plays by itself is not counted; a loop is complete once, when all of it was played", async () => {
  const page = await visit(`<video autoplay muted loop src=/short.wav title=decoration></video>
    <video id=it loop src=/short.wav title=loop></video>`);
  await play(page);
  await arrived("complete");
  await page.waitForTimeout(500);
  expect(new Set(names())).toEqual(new Set(all("loop")));
  expect(names()).toHaveLength(5);
  await stage.leave(page);
});

test("each page view has its own marks; what goes on playing over a route is one viewing", async () => {
  const page = await visit("<audio id=it src=/short.wav></audio><audio id=on src=/long.wav></audio>");
  await play(page);
  await arrived("complete");
  await play(page, "#on");
  await arrived("play", 2);
  await page.evaluate(() => history.pushState({}, "", "/next"));
  await play(page);
  await arrived("complete", 2);
  await stage.leave(page);
  expect(names()).toEqual([...all("short.wav"), "play long.wav", ...all("short.wav"), "pause long.wav"]);
});

/** A page that stands for a player: it keeps what it hears from the moment its script runs, and says what the test says. */
const player = (late = false): string => `<title>player</title><script>
  window.heard = [];
  setTimeout(() => addEventListener("message", (event) => {
    heard.push(typeof event.data === "string" ? JSON.parse(event.data) : event.data);
  }), ${late ? 300 : 0});
  window.say = (message) => parent.postMessage(JSON.stringify(message), "*");
</script>`;

/** Opens a page with a player in a frame, once that has been asked; the frame is added by a script after the load. */
async function visitPlayer(src: string, asked: string, late = false): Promise<{ page: Page; frame: Frame }> {
  const page = await visit("");
  await page
    .context()
    .route(`${new URL(src).origin}/**`, (route) => route.fulfill({ contentType: "text/html", body: player(late) }));
  await page.evaluate((address) => {
    document.body.append(Object.assign(document.createElement("iframe"), { src: address }));
  }, src);
  await stage.running(page, "media_frames");
  await expect.poll(() => page.frame({ url: src }) !== null, { timeout: 60_000 }).toBe(true);
  const frame = page.frame({ url: src })!;
  await frame.waitForFunction(`JSON.stringify(window.heard || []).includes(${JSON.stringify(asked)})`);
  return { page, frame };
}
const say = (frame: Frame, ...messages: unknown[]): Promise<void> =>
  frame.evaluate(async (list) => {
    for (const message of list) (window as unknown as { say(message: unknown): void }).say(message);
  }, messages);

test("YouTube's player is asked until it listens, and tells what is played", async () => {
  const { page, frame } = await visitPlayer(
    "https://www.youtube-nocookie.com/embed/abc?enablejsapi=1",
    "listening",
    true,
  );
  const deliver = (info: object) => ({ event: "infoDelivery", info });
  const videoData = { video_id: "abc", title: "Cats" };
  await say(frame, { event: "initialDelivery", info: { playerState: 5, duration: 0, currentTime: 0, videoData } });
  await say(
    frame,
    deliver({ playerState: 3 }),
    deliver({ playerState: 1, duration: 100 }),
    deliver({ currentTime: 0.1 }),
  );
  await page.waitForTimeout(300);
  await say(frame, deliver({ currentTime: 0.3, videoLoadedFraction: 1 }), deliver({ currentTime: 60 }));
  await say(frame, deliver({ playerState: 2 }), { event: "onStateChange", info: 2 });
  await say(frame, deliver({ playerState: 1 }), deliver({ currentTime: 99.9 }), deliver({ playerState: 2 }));
  await say(frame, deliver({ playerState: 1 }), deliver({ playerState: 0 }));
  await arrived("complete");
  await stage.leave(page);
  expect(names()).toEqual(
    ["play", "25", "50", "pause", "play", "75", "play", "complete"].map((event) => `${event} Cats`),
  );
  expect(told()[7]![1]).toMatchObject({ kind: "youtube", media: "Cats" });
  expect(told()[1]![1]!.seconds).toBeGreaterThanOrEqual(0.2);
});

test("Vimeo's player is asked for its events and its title, and tells what is played", async () => {
  const { page, frame } = await visitPlayer("https://player.vimeo.com/video/1", "timeupdate");
  const tell = (event: string, seconds: number) => ({ event, data: { seconds, duration: 40, percent: seconds / 40 } });
  await say(
    frame,
    { event: "ready" },
    { method: "getVideoTitle", value: "Dogs" },
    { method: "getPaused", value: true },
  );
  await say(frame, tell("timeupdate", 5), tell("play", 5), tell("timeupdate", 11), tell("pause", 12));
  await say(frame, tell("play", 12), tell("timeupdate", 39), tell("pause", 40), tell("ended", 40));
  await arrived("complete");
  await stage.leave(page);
  expect(names()).toEqual(["play", "25", "pause", "play", "50", "75", "complete"].map((event) => `${event} Dogs`));
  expect(told()[0]![1]).toEqual({ kind: "vimeo", media: "Dogs", seconds: 0 });
});

test("what pretends to be a player is not believed, and other frames bring nothing", async () => {
  const page = await visit(`<iframe src="${stage.elsewhere.at("/")}"></iframe>`);
  await page.evaluate(() => {
    postMessage(JSON.stringify({ event: "infoDelivery", info: { playerState: 1, currentTime: 1, duration: 2 } }), "*");
    postMessage({ event: "play", data: { seconds: 1, duration: 2 } }, "*");
  });
  await stage.leave(page);
  expect(names()).toEqual([]);
});
