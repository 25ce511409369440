// An Apache access log in combined format: parses lines, and finds those of pages shown to a person.
import { idOfLine } from "../../workers/collect/imports/line-id.ts";
import type { SimulatedEvent } from "./event.ts";

export interface LogRequest {
  address: string;
  /** Milliseconds since 1970. */
  time: number;
  method: string;
  /** As requested: path and query. */
  target: string;
  status: number;
  /** Null if the log has `-`. */
  referrer: string | null;
  agent: string | null;
}

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const LINE = new RegExp(`^(\\S+) \\S+ \\S+ \\[([^\\]]+)\\] ${QUOTED} (\\d{3}) \\S+ ${QUOTED} ${QUOTED}\\s*$`);
const TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `17/May/2015:10:05:03 +0000` as milliseconds since 1970; null for other text. */
export function toTime(text: string): number | null {
  const found = TIME.exec(text);
  if (!found) return null;
  const [, day, month, year, hour, minute, second, sign, zoneHours, zoneMinutes] = found;
  const index = MONTHS.indexOf(month ?? "");
  if (index < 0) return null;
  const clock = Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second));
  // 31 February would be taken for 3 March, and 25:00 for the next day.
  const written = `${year}-${String(index + 1).padStart(2, "0")}-${day}T${hour}:${minute}:${second}`;
  if (!new Date(clock).toISOString().startsWith(written)) return null;
  if (Number(zoneHours) > 14 || Number(zoneMinutes) > 59) return null;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return sign === "-" ? clock + offset : clock - offset;
}

/** A quoted field. Apache escapes quotes and backslashes; bytes that it writes as `\xhh` stay as it wrote them. */
const unquote = (text: string): string | null =>
  text === "-" || text === "" ? null : text.replace(/\\(["\\])/g, "$1");

/** Null if the line is not in combined format: truncated, or not an HTTP request. */
export function parseLine(line: string): LogRequest | null {
  const found = LINE.exec(line);
  if (!found) return null;
  const [, address = "", stamp = "", asked = "", status, referrer = "", agent = ""] = found;
  const time = toTime(stamp);
  const [method, target, version] = asked.split(" ");
  if (time === null || !method || !target || (version && !version.startsWith("HTTP/"))) return null;
  return {
    address,
    time,
    method,
    target,
    status: Number(status),
    referrer: unquote(referrer),
    agent: unquote(agent),
  };
}

/** Reasons why a line is not a page view. */
export const SKIPS = {
  unreadable: "The line is not in Apache's combined format.",
  method: "Only GET shows a page.",
  status: "Only 200 and 304 show one: an error is not the page, a redirect is followed by its own request.",
  asset: "Images, styles, scripts, fonts, archives and all else whose name does not end like a page.",
  feed: "Feeds are read by programs, and shown nowhere as a page.",
} as const;

export type Skip = keyof typeof SKIPS;

/** Endings of pages. A name without an ending, and a folder, is a page too. */
const PAGE_ENDING = /\.(?:x?html?|php\d?|aspx?|jsp|cgi)$/i;
const FEED_PATH = /\/(?:feed|rss|atom)\/?$/i;
const FEED_QUERY = /(?:^|&)(?:flav|feed|format|type)=(?:rss|atom|rdf)/i;

/** Whether a request showed a person a page; else why not. The order is that of SKIPS. */
export function skipFor(request: LogRequest): Exclude<Skip, "unreadable"> | null {
  if (request.method !== "GET" || !request.target.startsWith("/")) return "method";
  // 304: the browser had the page and showed it again.
  if (request.status !== 200 && request.status !== 304) return "status";
  const [path = "", query = ""] = request.target.split(/[?#]/, 2);
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.includes(".") && !PAGE_ENDING.test(name)) return "asset";
  if (FEED_PATH.test(path) || FEED_QUERY.test(query)) return "feed";
  return null;
}

export interface LogSelection {
  events: SimulatedEvent[];
  /** Number of the line in the log, from 1, of each event. */
  lines: number[];
  skipped: Partial<Record<Skip, number>>;
}

/**
 * The page views of a log, in its order. An event's id is its line's content and its place among equal lines, so logs may
 * overlap and be replayed in any order: each distinct line counts as often as in the log that has most of it.
 */
export function selectPages(log: string, hostname: string): LogSelection {
  const selection: LogSelection = { events: [], lines: [], skipped: {} };
  const ordinals = new Map<string, number>();
  const rows = log.split("\n");
  if (rows.at(-1) === "") rows.pop();
  rows.forEach((row, index) => {
    const request = parseLine(row);
    const skip = request ? skipFor(request) : "unreadable";
    if (!request || skip) {
      if (skip) selection.skipped[skip] = (selection.skipped[skip] ?? 0) + 1;
      return;
    }
    selection.lines.push(index + 1);
    selection.events.push({
      event_id: idOfLine(row.trimEnd(), ordinals),
      event_type: "pageview",
      event_time: new Date(request.time).toISOString(),
      url: `https://${hostname}${request.target}`,
      ip: request.address,
      ...(request.referrer ? { referrer: request.referrer } : {}),
      // Send an empty agent too: a client without one is a program.
      user_agent: request.agent ?? "",
    });
  });
  return selection;
}
