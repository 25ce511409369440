// A visitor's device, browser and operating system without details, and their screen and language.
import UAParser from "ua-parser-js";
import type { VisitFacts } from "../events/event";
import { remembered } from "./remember";

export type DeviceFacts = Pick<VisitFacts, "device" | "browser" | "browser_version" | "os" | "os_version">;

const UNKNOWN: DeviceFacts = { device: null, browser: null, browser_version: null, os: null, os_version: null };
/** ua-parser-js itself reads no more; longer keys would only use memory. */
const MAX_AGENT = 500;

const DEVICES: Record<string, string> = {
  mobile: "Mobile",
  tablet: "Tablet",
  smarttv: "TV",
  console: "Console",
  wearable: "Wearable",
  xr: "Headset",
  embedded: "Embedded",
};

/** One name for the variants of a browser. Other browsers keep the parser's name. */
const BROWSERS: Record<string, string> = {
  "Mobile Safari": "Safari",
  "Mobile Chrome": "Chrome",
  "Mobile Firefox": "Firefox",
  Fennec: "Firefox",
  "Firefox Focus": "Firefox",
  "Chrome WebView": "Android WebView",
  "Chrome Headless": "Chrome",
  IE: "Internet Explorer",
  IEMobile: "Internet Explorer",
  "Opera Mini": "Opera",
  "Opera Mobi": "Opera",
  "Opera Mobile": "Opera",
  "Opera Tablet": "Opera",
  "Opera Touch": "Opera",
  "Opera Coast": "Opera",
  "Opera GX": "Opera",
  GSA: "Google App",
  brave: "Brave",
};

/** Engines, from programs that show pages without naming themselves. */
const ENGINES = new Set(["WebKit", "Mozilla"]);

const SYSTEMS: Record<string, string> = {
  "Mac OS": "macOS",
  "Chromium OS": "Chrome OS",
  android: "Android",
  "android-x86": "Android",
  Blackberry: "BlackBerry",
  "Windows Mobile": "Windows Phone",
  "Windows Phone OS": "Windows Phone",
  WebOS: "webOS",
};

const LINUXES =
  /^(?:[kxln]?ubuntu|debian|suse|opensuse|gentoo|arch|slackware|fedora|mandriva|centos|red ?hat|raspbian|deepin|manjaro|mint|linux|gnu|pclinuxos|mageia|elementary os|linpus|linspire|sabayon|zenwalk|vectorlinux)$/i;
const DESKTOPS = new Set(["Windows", "macOS", "Linux", "Chrome OS", "FreeBSD", "OpenBSD", "NetBSD", "Solaris"]);

/** `17.5.1` → `17` or `17.5`; null without a version. */
function toVersion(version: string | undefined, parts: 1 | 2): string | null {
  const numbers = /^(\d{1,4})(?!\d)(?:\.(\d{1,4})(?!\d))?/.exec(version ?? "");
  if (!numbers?.[1]) return null;
  return parts === 2 && numbers[2] !== undefined ? `${numbers[1]}.${numbers[2]}` : numbers[1];
}

/**
 * The version as far as user agents report it. Browsers froze these values: Windows 11 reports 10, every macOS since 11
 * reports 10.15.7, Chrome on Android reports 10 on model K, and Safari 26 reports iOS 18. The result is then `10+`,
 * `10.15+`, `10+`, and Safari's own version, which is the system's. Versions of Linux and Chrome OS mean nothing to
 * people.
 */
function toSystemVersion(os: string, version: string | undefined, safari: number, agent: string): string | null {
  switch (os) {
    case "Windows":
      return version === "10" ? "10+" : version && /^[\w.]{1,12}$/.test(version) ? version : null;
    case "macOS": {
      const coarse = toVersion(version, 2);
      return coarse === "10.15" || coarse === "10.16"
        ? "10.15+"
        : coarse?.startsWith("10.")
          ? coarse
          : toVersion(version, 1);
    }
    case "iOS":
      return safari >= 26 ? String(safari) : toVersion(version, 1);
    case "Android":
      return /Android 10; K\b/.test(agent) ? "10+" : toVersion(version, 1);
    case "Linux":
    case "Chrome OS":
      return null;
    default:
      return toVersion(version, 1);
  }
}

function toBrowser(name: string | undefined, os: string | null): string | null {
  if (!name) return null;
  if (ENGINES.has(name)) return os === "iOS" ? "iOS WebView" : null;
  return BROWSERS[name] ?? name;
}

function parse(agent: string): DeviceFacts {
  const parser = new UAParser(agent);
  const { name: browserName, version: browserVersion } = parser.getBrowser();
  const { name: systemName, version: systemVersion } = parser.getOS();
  const { type } = parser.getDevice();

  const os = systemName ? (LINUXES.test(systemName) ? "Linux" : (SYSTEMS[systemName] ?? systemName)) : null;
  const browser = toBrowser(browserName, os);
  const isSafari = browser === "Safari";
  const safari = isSafari ? Number(toVersion(browserVersion, 1) ?? 0) : 0;
  return {
    device: type ? (DEVICES[type] ?? null) : os && DESKTOPS.has(os) ? "Desktop" : null,
    browser,
    // Safari changes features with its second number.
    browser_version: ENGINES.has(browserName ?? "") ? null : toVersion(browserVersion, isSafari ? 2 : 1),
    os,
    os_version: os ? toSystemVersion(os, systemVersion, safari, agent) : null,
  };
}

const parseRemembered = remembered(parse, 2000);

/**
 * The device of a user agent. Apps that show pages (Facebook, Instagram, TikTok …) count as browsers. An iPad that
 * requests desktop pages reports a Mac, and counts as one. The same agent returns the same (shared) object.
 */
export function deviceOf(userAgent: string | null): DeviceFacts {
  return userAgent ? parseRemembered(userAgent.slice(0, MAX_AGENT)) : UNKNOWN;
}

/** The language of a tag such as `de-CH`: two or three letters, lower case. Null for an invalid tag. */
export function languageOf(tag: string | null): string | null {
  return /^\s*([a-z]{2,3})(?=$|[-_,;\s])/i.exec(tag ?? "")?.[1]?.toLowerCase() ?? null;
}

/** `WxH` in CSS pixels without leading zeros; null for anything else. */
export function screenOf(text: string | null): string | null {
  const sides = /^\s*0*(\d{1,5})\s*[x×]\s*0*(\d{1,5})\s*$/i.exec(text ?? "");
  return sides && Number(sides[1]) > 0 && Number(sides[2]) > 0 ? `${sides[1]}x${sides[2]}` : null;
}
