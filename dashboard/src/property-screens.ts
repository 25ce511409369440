// The screens of a property. The router, the navigation, the shortcuts and the page titles read this table.
import type { Component } from "solid-js";
import { words } from "./words/frame";

export interface PropertyScreen {
  /** Below `/p/:site_id`; empty for the first screen. */
  path: string;
  /** Route parameters after the path. */
  params?: string;
  label: string;
  /** The shortcut that opens the screen: unique among all shortcuts of a property. */
  key: string;
  /** True if the screen can exclude suspected bots. Links between such screens keep the choice. */
  canExcludeBots?: boolean;
  /** Loads the screen when it is opened; absent if it is part of the entry. */
  load?: () => Promise<{ default: Component }>;
}

/** In the order of the navigation. */
export const PROPERTY_SCREENS: readonly PropertyScreen[] = [
  { path: "", label: words.screens.overview, key: "1", canExcludeBots: true },
  {
    path: "/realtime",
    label: words.screens.realtime,
    key: "2",
    load: () => import("./screens/realtime/realtime").then((page) => ({ default: page.Realtime })),
  },
  {
    path: "/events",
    label: words.screens.events,
    key: "3",
    load: () => import("./screens/events/events").then((page) => ({ default: page.Events })),
  },
  {
    path: "/vitals",
    label: words.screens.vitals,
    key: "4",
    load: () => import("./screens/vitals/vitals").then((page) => ({ default: page.Vitals })),
  },
  {
    path: "/rules",
    label: words.screens.rules,
    key: "5",
    load: () => import("./screens/rules/rules").then((page) => ({ default: page.Rules })),
  },
  {
    path: "/heatmaps",
    label: words.screens.heatmaps,
    key: "6",
    load: () => import("./screens/heatmaps/heatmaps").then((page) => ({ default: page.Heatmaps })),
  },
  {
    path: "/tech",
    label: words.screens.technology,
    key: "7",
    load: () => import("./screens/technology/technology").then((page) => ({ default: page.Tech })),
  },
  {
    path: "/networks",
    label: words.screens.networks,
    key: "8",
    canExcludeBots: true,
    load: () => import("./screens/networks/networks").then((page) => ({ default: page.Networks })),
  },
  {
    path: "/anomalies",
    label: words.screens.anomalies,
    key: "9",
    load: () => import("./screens/anomalies/anomalies").then((page) => ({ default: page.Anomalies })),
  },
  {
    path: "/pipeline",
    label: words.screens.pipeline,
    key: "0",
    load: () => import("./screens/pipeline/pipeline").then((page) => ({ default: page.Pipeline })),
  },
];

/** Linked from rows of pages, and so without a place in the navigation or a shortcut. */
export const PAGES: Omit<PropertyScreen, "key"> = {
  path: "/pages",
  label: words.screens.pages,
  canExcludeBots: true,
  load: () => import("./screens/pages/pages").then((page) => ({ default: page.Pages })),
};

/** Linked from the bar, not from the navigation. */
export const SETTINGS: PropertyScreen = {
  path: "/settings",
  params: "/:section?",
  label: words.screens.settings,
  key: ",",
  load: () => import("./screens/settings/settings").then((page) => ({ default: page.Settings })),
};

/** The screen for a path below a property; undefined if there is none. */
export function screenAt(path: string): Omit<PropertyScreen, "key"> | undefined {
  const trimmed = path.replace(/\/$/, "");
  return trimmed === SETTINGS.path || trimmed.startsWith(`${SETTINGS.path}/`)
    ? SETTINGS
    : [...PROPERTY_SCREENS, PAGES].find((screen) => screen.path === trimmed);
}
