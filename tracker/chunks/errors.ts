// JavaScript errors of the page: message, file and line; each once per page view, and ten at most.
import type { Kit } from "../kit.ts";

const MOST = 10;
const LONGEST_MESSAGE = 300;
const LONGEST_FILE = 500;

/** The first place that a stack names, in the words of any browser. */
const PLACE = /(\w+:\/\/[^\s)]+?):(\d+):\d/;

export default (kit: Kit): void => {
  /** The tracker is `own.js`, its chunks are `own-….js`: what goes wrong in them is not the page's error. */
  const own = import.meta.url.replace(/-\w+\.js$/, "");
  let told = new Set<string>();

  const tell = (message: string, file = "", line?: number): void => {
    const key = message + file + line;
    const isOwn = file.startsWith(own) && /[-.]/.test(file.charAt(own.length));
    // A script of another origin that the page loads without CORS: the browser says nothing of what, nor where.
    // And scripts of the browser's extensions are nobody's here.
    if (/^Script error/.test(message) || /extension:/.test(file) || isOwn) return;
    if (told.has(key) || told.size >= MOST) return;
    told.add(key);
    kit.record("js_error", {
      p: { message: message.slice(0, LONGEST_MESSAGE), file: file.split(/[?#]/)[0]!.slice(0, LONGEST_FILE), line },
    });
  };

  // Images that are missing are events of the same name, without a message.
  kit.on<ErrorEvent>("error", (event) => event.message && tell(event.message, event.filename, event.lineno));
  kit.on<PromiseRejectionEvent>("unhandledrejection", ({ reason }) => {
    const place = PLACE.exec(reason?.stack) || [];
    tell(`${reason?.message || reason}`, place[1], place[2] === undefined ? undefined : +place[2]);
  });
  kit.onView(() => {
    told = new Set();
  });
};
