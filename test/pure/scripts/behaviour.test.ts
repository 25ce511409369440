// What simulated people do on a page: everything that the tracker's optional measurements would tell, as it tells it.
import { describe, expect, test } from "vitest";
import { readSimulation } from "../../../scripts/simulate/config";
import type { SimulatedEvent } from "../../../scripts/simulate/event";
import { traffic } from "../../../scripts/simulate/traffic";
import { EVENT_TYPES, type EventType } from "../../../workers/domain/events/measurement";
import { incomingSchema } from "../../../workers/domain/visits/incoming";

const MONDAY = Date.UTC(2026, 10, 16);
const demo = readSimulation();
const rules = demo.rules.map((rule, i) => ({ page: null, ...rule, id: `rule-${i}`, enabled: true }));
const week = [...traffic({ ...demo, rate: 60 }, { start: MONDAY, end: MONDAY + 7 * 86_400_000 }, rules)];

const ofType = (type: EventType): SimulatedEvent[] => week.filter((event) => event.event_type === type);
const propsOf = (event: SimulatedEvent) => event.props as Record<string, string | number>;

/** The page views with all that happened on them, the reading at the end. */
const views = [...Map.groupBy(week, (event) => event.event_id.split("-").slice(0, 4).join("-")).values()].flatMap(
  (visit) => {
    const starts = visit.flatMap((event, i) => (event.event_type === "pageview" ? [i] : []));
    return starts.map((from, i) => visit.slice(from, starts[i + 1]));
  },
);

describe("the demo", () => {
  test("has every kind of event that a page can tell", () => {
    const missing = (Object.keys(EVENT_TYPES) as EventType[]).filter((type) => ofType(type).length === 0);
    // Made by the hub, said by other systems, or what a page has a name of its own for.
    expect(missing.sort()).toEqual(["custom", "first_visit", "identify", "session_end", "session_start"]);
  });

  test("says nothing that POST /api/events would turn down", () => {
    const wrong = week.filter((event) => !incomingSchema.safeParse(event).success);
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});

describe("on each page view", () => {
  test("everything happens between the view and the end of its reading", () => {
    for (const view of views.filter((one) => one.some(({ event_type }) => event_type === "engagement")))
      expect(view.at(-1)?.event_type).toBe("engagement");
  });

  test("scroll steps rise and stay above the deepest scroll", () => {
    for (const view of views) {
      const steps = view.filter(({ event_type }) => event_type === "scroll").map((event) => propsOf(event).percent);
      expect(steps).toEqual([25, 50, 75, 90, 100].slice(0, steps.length));
      const depth = view.at(-1)?.scroll_depth;
      if (depth !== undefined) expect(Number(steps.at(-1) ?? 0)).toBeLessThanOrEqual(depth);
    }
  });

  test("a film is played from its beginning, mark by mark", () => {
    const marks = ["media_play", "media_25", "media_50", "media_75", "media_complete"];
    for (const view of views) {
      const told = view.map(({ event_type }) => event_type).filter((type) => marks.includes(type));
      expect(told).toEqual(marks.slice(0, told.length));
    }
  });

  test("a form that was begun is sent or given up, once, and only names its fields", () => {
    for (const view of views) {
      const told = view.map(({ event_type }) => event_type);
      const count = (type: string) => told.filter((one) => one === type).length;
      if (told.at(-1) === "engagement") expect(count("form_submit") + count("form_abandon")).toBe(count("form_start"));
      expect(count("field_blur")).toBe(count("field_focus"));
    }
  });

  test("a rule matches only where its element was in sight", () => {
    for (const view of views)
      for (const match of view.filter(({ event_type }) => event_type === "rule" || event_type === "rule_view"))
        expect(view.some((seen) => seen.event_type === "rule_seen" && seen.rule_id === match.rule_id)).toBe(true);
  });
});

test("heatmaps are cells of a grid of 24 columns, within 2,000 characters", () => {
  for (const event of ofType("heatmap")) {
    const { clicks = "", moves = "", width, to } = propsOf(event);
    expect(["phone", "tablet", "desktop"]).toContain(width);
    expect(Number(to) > 0 && Number(to) <= 100).toBe(true);
    expect(JSON.stringify(event.props).length).toBeLessThanOrEqual(2000);
    for (const cell of `${clicks};${moves}`.split(";").filter(Boolean)) {
      const [col = -1, row = -1, count = 0] = cell.split(",").map((part) => Number.parseInt(part, 36));
      expect(col >= 0 && col < 24 && row >= 0 && row < 250 && count > 0).toBe(true);
    }
  }
});
