// Random visits whose events have buttons, links, props and rules, and the frame of their days.
import fc from "fast-check";
import { durationBucketFor } from "../../../workers/domain/analysis/ask/buckets";
import { type Frame, toFrame, toValues } from "../../../workers/domain/analysis/frame";
import { toDay } from "../../../workers/domain/analysis/zone/day";
import { type Cut, WHOLE } from "../../../workers/domain/analysis/zone/parts";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../../workers/domain/analysis/zone/tables";
import type { PropValue, StampedEvent } from "../../../workers/domain/events/event";
import type { EventType } from "../../../workers/domain/events/measurement";
import { arrive, type Place, restampAll, type Step, step, toSent } from "../visits/workload";

const PROP_KEYS = ["plan", "Price"];
const TYPES: EventType[] = [
  "pageview",
  "engagement",
  "click",
  "custom",
  "web_vital",
  "first_visit",
  "rule_seen",
  "rule",
];

interface Extra {
  /** Minutes after the beginning: close together, so that visits have several events, and around midnights. */
  at: number;
  type: EventType;
  name: string;
  page: string | null;
  country: string | null;
  button: string | null;
  rule: string;
  href: string | null;
  plan: PropValue | null;
  price: number | null;
  /** Which of the page views before it names as its own. */
  view: number;
}

const extra = fc.record<Extra>({
  at: fc.oneof(
    ...[645, 1425, 2865].map((from) => ({ weight: 3, arbitrary: fc.integer({ min: from, max: from + 30 }) })),
    fc.integer({ min: 0, max: 4320 }),
  ),
  type: fc.constantFrom(...TYPES, "pageview"),
  name: fc.constantFrom("Sign up", "sign up", "Purchase"),
  page: fc.constantFrom("/", "/blog/a", "/blog/b/c", "/Blog/A", "/user/7", "/user/8/edit", null),
  country: fc.constantFrom("DE", "GB", null),
  button: fc.constantFrom(null, null, "buy", "menu"),
  rule: fc.constantFrom("r1", "r2"),
  href: fc.constantFrom(null, null, "https://other.example/x"),
  plan: fc.constantFrom<PropValue | null>(null, "pro", "Pro", "", true, 7),
  price: fc.constantFrom(null, 0, 9.5, 10, 100),
  view: fc.nat(3),
});

/** Steps of some visitors. */
export const someSteps = fc.array(fc.record({ step, extra }), { minLength: 1, maxLength: 40, size: "max" });

/** Events with more in them than those of the workload; reading names a page view before it, and has its page. */
export function toRows(
  steps: readonly { step: Step; extra: Extra }[],
  place: Place,
  isSorted: boolean,
): StampedEvent[] {
  const sent = steps.map((one, n) => {
    const { at, type, name, page, country, button, rule, href, plan, price } = one.extra;
    const made = toSent({ ...one.step, person: one.step.person % 2, at, type, page }, n, place);
    const props = { ...(plan === null ? {} : { plan }), ...(price === null ? {} : { Price: price }) };
    Object.assign(made.event, { country, href, button_id: button, props: Object.keys(props).length ? props : null });
    if (type === "custom") made.event.name = name;
    if (type === "rule" || type === "rule_seen") made.event.rule = rule;
    return { ...made, view: one.extra.view };
  });
  const inTime = [...sent].sort((a, b) => a.at - b.at);
  for (const one of sent) {
    if (one.type !== "engagement") continue;
    const views = inTime.filter(
      ({ at, person, user, type }) => type === "pageview" && person === one.person && user === one.user && at < one.at,
    );
    const view = views.at(-1 - one.view);
    if (view) Object.assign(one.event, { view_id: view.event.event_id, page: view.event.page });
  }
  return isSorted ? arrive(inTime, place) : restampAll(arrive(sent, place));
}

/** @param cutOf the part of each date that the frame has; null for none. */
export function frameOf(rows: readonly StampedEvent[], cutOf: (date: string) => Cut | null = () => WHOLE): Frame {
  const names = { visits: new Set(Object.keys(VISIT_COLUMNS)), actions: new Set(Object.keys(ACTION_COLUMNS)) };
  const dates = [...new Set(rows.flatMap(({ local_date, visit_date }) => [local_date, visit_date]))].sort();
  const days = dates.flatMap((date) => {
    const cut = cutOf(date);
    if (cut === null) return [];
    const { visits, actions } = toDay(date, rows, cut);
    const props = PROP_KEYS.map((key) => [
      `props:${key}`,
      actions.map(({ props: given }) => (given?.[key] === undefined ? null : String(given[key]))),
    ]);
    const duration_bucket = visits.map(({ visit_id, duration }) => visit_id && durationBucketFor(duration));
    const ofProps = Object.fromEntries(props) as Record<string, unknown[]>;
    return [
      {
        date,
        visits: { ...toValues(visits, names.visits), duration_bucket },
        actions: { ...toValues(actions, names.actions), ...ofProps },
      },
    ];
  });
  names.visits.delete("actions");
  names.actions.delete("props");
  return toFrame(days, {
    visits: names.visits.add("duration_bucket"),
    actions: new Set([...names.actions, ...PROP_KEYS.map((key) => `props:${key}`)]),
  });
}
