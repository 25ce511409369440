// The feed of Realtime as steps of visitors.
import { expect, test } from "vitest";
import { type FeedEvent, toAllSteps, toSteps } from "../../../dashboard/src/screens/realtime/steps";
import { EVENT_TYPES, type EventType, isAutomatic } from "../../../workers/domain/events/measurement";

const event = (type: EventType, second: number, more: Partial<FeedEvent> = {}): FeedEvent => ({
  ...{ time: new Date(Date.UTC(2026, 10, 30, 12, 0, second)).toISOString(), type, name: type, page: "/" },
  ...{ country: "CH", device: "Desktop", source: "Google" },
  ...more,
});
const namesOf = (feed: FeedEvent[]) => toSteps(feed).map(({ event: { name }, also }) => [name, ...also].join("+"));

test("a page view and the first visit of its moment are one step, and say that it is the first", () => {
  const feed = [event("pageview", 9), event("first_visit", 3), event("pageview", 3)];
  expect(toSteps(feed).map(({ event: { name }, isFirst }) => [name, isFirst])).toEqual([
    ["pageview", false],
    ["pageview", true],
  ]);
  expect(toSteps(feed.toReversed()).map(({ isFirst }) => isFirst)).toEqual([true, false]);
});

test("no automatic event is a step, and every other kind of event is", () => {
  const types = Object.keys(EVENT_TYPES) as EventType[];
  const feed = types.map((type, second) => event(type, second));
  expect(toSteps(feed).map(({ event: { type } }) => type)).toEqual(types.filter((type) => !isAutomatic(type)));
  expect(toAllSteps(feed).map((step) => step.event)).toEqual(feed);
});

test("the events of one click are one step, named by the one that says the most", () => {
  expect(namesOf([event("click", 5), event("outbound", 5), event("rule", 5)])).toEqual(["rule+click+outbound"]);
  expect(namesOf([event("rule", 5), event("click", 5)])).toEqual(["rule+click"]);
  const custom = event("custom", 5, { name: "Signup" });
  expect(namesOf([event("form_submit", 5), custom, event("click", 5)])).toEqual(["Signup+click+form_submit"]);
  expect(namesOf([event("click", 5), event("click", 6)])).toEqual(["click", "click"]);
  expect(namesOf([custom, event("pageview", 5)])).toEqual(["Signup", "pageview"]);
});

test("two visitors at the same moment stay two steps", () => {
  expect(namesOf([event("pageview", 5), event("pageview", 5)])).toEqual(["pageview", "pageview"]);
  expect(namesOf([event("pageview", 5), event("click", 5, { country: "DE" })])).toEqual(["pageview", "click"]);
  const both = [event("first_visit", 5), event("pageview", 5), event("pageview", 5)];
  expect(toSteps(both).filter(({ isFirst }) => isFirst)).toHaveLength(1);
});
