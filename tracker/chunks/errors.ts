// JavaScript errors of the page: message, file and line; each once per page view, and ten at most.
import type { Kit } from "../kit.ts";

const MOST = 10;
const LONGEST_MESSAGE = 300;
const LONGEST_FILE = 500;

/** The first location in a stack, in the format of any browser. */
const PLACE = /(\w+:\/\/[^\s)]+?):(\d+):\d/;

export default (kit: Kit): void => {
  /** The tracker is `own.js`, its chunks are `own-….js`. Their errors are not errors of the page. */
  const own = import.meta.url.replace(/-\w+\.js$/, "");
  let told = new Set<string>();

  const tell = (message: string, file = "", line?: number): void => {
    const key = message + file + line;
    const isOwn = file.startsWith(own) && /[-.]/.test(file.charAt(own.length));
    // For a script of another origin without CORS, the browser reveals neither message nor location.
    // Ignore scripts of browser extensions.
    if (/^Script error/.test(message) || /extension:/.test(file) || isOwn) return;
    if (told.has(key) || told.size >= MOST) return;
    told.add(key);
    kit.record("js_error", {
      p: { message: message.slice(0, LONGEST_MESSAGE), file: file.split(/[?#]/)[0]!.slice(0, LONGEST_FILE), line },
    });
  };

  // Missing images cause error events too, without a message.
  kit.on<ErrorEvent>("error", (event) => event.message && tell(event.message, event.filename, event.lineno));
  kit.on<PromiseRejectionEvent>("unhandledrejection", ({ reason }) => {
    const place = PLACE.exec(reason?.stack) || [];
    tell(`${reason?.message || reason}`, place[1], place[2] === undefined ? undefined : +place[2]);
  });
  kit.onView(() => {
    told = new Set();
  });
};
