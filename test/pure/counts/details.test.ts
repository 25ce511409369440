// Details as laws: they add up, they are bounded whatever a stranger sends, and what is told of them is near the truth.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detailsOf, eventPageDimension, propDimension } from "../../../workers/domain/counts/details";
import { beginsView, stepsReached, toCells } from "../../../workers/domain/counts/heatmap";
import { HEAT_COLUMNS, HEAT_ROWS, VITALS } from "../../../workers/domain/counts/insight";
import { merge, type Rollup, rollUp } from "../../../workers/domain/counts/rollup";
import { bucketFor, ratingFor, valueOfBucket } from "../../../workers/domain/counts/vitals";
import { LAKE_COLUMN_NAMES } from "../../../workers/domain/events/columns";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { EVENT_TYPES, type EventType } from "../../../workers/domain/events/measurement";
import { NETWORK_TYPES } from "../../../workers/domain/networks/network";

const TYPES = Object.keys(EVENT_TYPES) as EventType[];

const anEvent = (given: Partial<StampedEvent>): StampedEvent => {
  const event = {
    ...Object.fromEntries(LAKE_COLUMN_NAMES.map((column) => [column, null])),
    ...{ event_type: "custom", local_date: "2026-11-22", visit_date: "2026-11-22", local_hour: 0, visit_hour: 0 },
    ...{ firsts: 0, visit_firsts: 0, new_visit: 0, bounce_delta: 0, duration_delta: 0 },
    ...given,
  } as unknown as StampedEvent;
  return { ...event, name: given.name ?? event.event_type };
};

const cells = fc
  .array(fc.tuple(fc.nat(40), fc.nat(300), fc.integer({ min: -1, max: 5000 })), { maxLength: 30 })
  .map((all) => all.map((cell) => cell.map((n) => n.toString(36)).join()).join(";"));
const anyProps = fc.dictionary(
  fc.oneof(
    fc.constantFrom(..."form field media text tag percent seconds characters message metric value rating".split(" ")),
    fc.constantFrom(..."width clicks moves from to href".split(" ")),
    fc.string({ unit: "binary", maxLength: 100 }),
  ),
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 600 }),
    fc.constantFrom("phone", "desktop", "LCP", "CLS", "good"),
    cells,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.nat(100),
    fc.boolean(),
  ),
  { maxKeys: 30 },
);
const anyEvent = fc
  .record({
    event_type: fc.constantFrom(...TYPES, "heatmap", "web_vital", "heatmap", "web_vital"),
    local_date: fc.constantFrom("2026-11-21", "2026-11-22"),
    page: fc.option(fc.string({ unit: "binary", maxLength: 30 })),
    device: fc.constantFrom("Mobile", "Desktop", null),
    network: fc.option(fc.string({ unit: "binary", maxLength: 300 })),
    network_type: fc.constantFrom(...NETWORK_TYPES, null),
    href: fc.option(fc.webUrl()),
    props: fc.option(anyProps),
    rule: fc.constantFrom("r1", "r2"),
  })
  .map(({ rule, ...given }) =>
    anEvent({ ...given, rule: given.event_type?.startsWith("rule") ? rule : null } as Partial<StampedEvent>),
  );

/** Counts of details by their place. */
function flat({ days }: Rollup): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [dimension, dates] of days)
    if (dimension.includes("/") || dimension.startsWith("rule_"))
      for (const [date, values] of dates)
        for (const [value, { events }] of values) counts.set(JSON.stringify([dimension, date, value]), events);
  return counts;
}

describe("details", () => {
  test("of some events and of others add up to the details of all", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), fc.array(anyEvent, { maxLength: 8 }), (some, others) => {
        expect(flat(merge(rollUp(some), rollUp(others)))).toEqual(flat(rollUp([...some, ...others])));
      }),
    );
  });

  test("are bounded and clean, whatever an event holds", () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const details = detailsOf(event);
        const parts: Record<string, number> = {
          ...{ prop: 2, event_page: 1, vital: 4, heat: 3, network: 2 },
          ...{ rule_page: 2, rule_text: 3, rule_device: 2, rule_seen_page: 2 },
        };
        expect(details.length).toBeLessThanOrEqual(event.event_type === "heatmap" ? 700 : 36);
        expect(new Set(details.map(([dimension, value]) => `${dimension}\0${value}`)).size).toBe(details.length);
        for (const [dimension, value, events] of details) {
          expect(Number.isInteger(events) && events > 0 && events <= 700 * 600).toBe(true);
          const count = value.split(/[\n\t]/).length;
          // Form and field are two parts, what is known of an error are three.
          const isPair = /^prop\/(field|form)_/.test(dimension) && value.startsWith("form field\n");
          const isPlace = dimension === "prop/js_error" && value.startsWith("message file line\n");
          expect(count).toBe(parts[dimension.split("/")[0]!]! + (isPair ? 1 : isPlace ? 2 : 0));
          expect(value.length).toBeLessThanOrEqual(1300);
          expect(value.replaceAll(/[\n\t]/g, "")).not.toMatch(/\p{Cc}/u);
          expect(value.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test("are none of page views from other networks, of engagement, and of what is known of a person", () => {
    fc.assert(
      fc.property(anyProps, (props) => {
        const of = { props, page: "/", href: "https://a.example/", network: "Bank" };
        for (const event_type of ["engagement", "identify", "first_visit"] as const)
          expect(detailsOf(anEvent({ ...of, event_type, network_type: "business" }))).toEqual([]);
        for (const network_type of ["isp", "hosting", null])
          expect(detailsOf(anEvent({ ...of, event_type: "pageview", network_type }))).toEqual([]);
      }),
    );
  });

  test("tell of page views what organizations read, where these are known", () => {
    const view = (given: Partial<StampedEvent>) =>
      detailsOf(anEvent({ event_type: "pageview", page: "/a", network: "Bank", ...given }));
    for (const network_type of ["business", "education", "government"])
      expect(view({ network_type })).toEqual([["network/page", "Bank\t/a", 1]]);
    expect(view({ network_type: "business", network: null })).toEqual([]);
    expect(view({ network_type: "business", page: null })).toEqual([]);
  });

  test("tell of our own measurements what is in the table, with numbers of two digits", () => {
    const event = anEvent({
      event_type: "media_25",
      page: "/film",
      props: { media: "intro.mp4", kind: "video", seconds: 127.4, password: "secret" },
    });
    expect(detailsOf(event)).toEqual([
      ["event_page/media_25", "/film", 1],
      ["prop/media_25", "media\nintro.mp4", 1],
      ["prop/media_25", "kind\nvideo", 1],
      ["prop/media_25", "seconds\n130", 1],
    ]);
  });

  test("tell an error's message, file and line together, empty where the browser hides them", () => {
    const at = (props: Record<string, string | number>) => detailsOf(anEvent({ event_type: "js_error", props }));
    expect(at({ message: "x is null", file: "/a.js", line: 7 })).toContainEqual([
      "prop/js_error",
      "message file line\nx is null\n/a.js\n7",
      1,
    ]);
    expect(at({ message: "Script error." })).toContainEqual([
      "prop/js_error",
      "message file line\nScript error.\n\n",
      1,
    ]);
  });

  test("of events with different names have different dimensions, without what ends a label in a JSON path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
        fc.pre(one !== other);
        for (const dimensionOf of [propDimension, eventPageDimension]) {
          expect(dimensionOf(one)).not.toBe(dimensionOf(other));
          expect(dimensionOf(one)).not.toMatch(/[."[\\]/);
        }
      }),
    );
    expect(propDimension("a.b")).not.toBe(propDimension("a%2eb"));
  });
});

describe("a heatmap", () => {
  const cell = fc.tuple(fc.nat(HEAT_COLUMNS - 1), fc.nat(HEAT_ROWS - 1), fc.integer({ min: 1, max: 100 }));

  test("has the cells that were sent", () => {
    fc.assert(
      fc.property(fc.uniqueArray(cell, { selector: ([column, row]) => `${column},${row}`, maxLength: 150 }), (sent) => {
        const text = sent.map((numbers) => numbers.map((n) => n.toString(36)).join()).join(";");
        expect([...toCells(text, 100)]).toEqual(sent.map(([column, row, count]) => [`${column},${row}`, count]));
      }),
    );
  });

  test("never leaves its grid, and no cell counts for more than a person can do", () => {
    fc.assert(
      fc.property(fc.oneof(cells, fc.string(), fc.double(), fc.boolean()), fc.nat(700), (text, most) => {
        for (const [place, count] of toCells(text, most + 1)) {
          const [column, row] = place.split(",").map(Number);
          expect(column! >= 0 && column! < HEAT_COLUMNS && row! >= 0 && row! < HEAT_ROWS).toBe(true);
          expect(Number.isInteger(count) && count > 0 && count <= most + 1).toBe(true);
        }
      }),
    );
    expect(toCells("0,0,1;n,6x,2;o,0,1;0,6y,1;0,0,9;-1,0,1;1,1,0;1,1;1.5,1,1;A,1,1; 1,1,1", 100)).toEqual(
      new Map([
        ["0,0", 1],
        ["23,249", 2],
      ]),
    );
  });

  test("counts each view once in each step that it reached, in however many reports", () => {
    const reports = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(reports, { maxLength: 20 }), (views) => {
        const reach = new Map<number, number>();
        let begun = 0;
        for (const view of views) {
          let before: number | undefined;
          for (const depth of view) {
            const to = Math.max(depth, before ?? 0);
            if (beginsView(before, to)) begun += 1;
            for (const step of stepsReached(before, to)) reach.set(step, (reach.get(step) ?? 0) + 1);
            before = to;
          }
        }
        expect(begun).toBe(views.length);
        let last = views.length;
        for (let step = 5; step <= 100; step += 5) {
          const reached = reach.get(step) ?? 0;
          expect(reached).toBe(views.filter((view) => Math.max(...view) >= step).length);
          expect(reached).toBeLessThanOrEqual(last);
          last = reached;
        }
        expect([...reach.keys()].every((step) => step % 5 === 0 && step >= 5 && step <= 100)).toBe(true);
      }),
    );
  });
});

describe("a bucket of vitals", () => {
  const value = fc.double({ min: 1e-4, max: 3_600_000, noNaN: true });

  test("is told as a value that is at most 2.5 % off, and half a unit", () => {
    fc.assert(
      fc.property(value, fc.constantFrom(...VITALS), (exact, metric) => {
        const told = valueOfBucket(metric, bucketFor(exact));
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.025 + (metric === "CLS" ? 0.0005 : 0.5));
      }),
    );
  });

  test("keeps the order of values, and stays within its bounds", () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(bucketFor(Math.min(one, other))).toBeLessThanOrEqual(bucketFor(Math.max(one, other)));
      }),
    );
    expect(bucketFor(0)).toBe(bucketFor(1e-4));
    expect(bucketFor(Number.MAX_VALUE)).toBe(bucketFor(3_600_000));
    expect(bucketFor(Number.MAX_VALUE) - bucketFor(0)).toBeLessThan(500);
  });

  test("is good up to the limit, poor beyond the second", () => {
    expect([2500, 2500.1, 4000, 4000.1].map((ms) => ratingFor("LCP", ms))).toEqual([
      "good",
      "needs-improvement",
      "needs-improvement",
      "poor",
    ]);
  });
});
