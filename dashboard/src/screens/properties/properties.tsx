// The list of properties, each with its current visitors and its last week.
import { A, useNavigate } from "@solidjs/router";
import { createMemo, For, type JSX, Show } from "solid-js";
import { createAnswer, isOld } from "../../data/answer";
import { localClock } from "../../data/calendar";
import { createTick } from "../../data/clock";
import { formatCount, toChange } from "../../data/format";
import { createLive } from "../../data/live";
import { toDateRange } from "../../data/period";
import { hostOf, type Property, properties } from "../../data/property";
import { toSeries } from "../../data/series";
import { createShortcuts, KEYS } from "../../data/shortcut";
import { Bar } from "../../frame/bar";
import { Icon } from "../../parts/icon";
import { Bone } from "../../parts/notice";
import { words as frame } from "../../words/frame";
import { words } from "../../words/properties";
import { Sparkline } from "./sparkline";

const REFRESH = 60_000;

export function Properties(): JSX.Element {
  const navigate = useNavigate();
  document.title = frame.pageTitle(words.title);
  createShortcuts({
    title: words.title,
    shortcuts: [{ key: KEYS.newProperty, label: frame.shortcuts.newProperty, run: () => navigate("/new") }],
  });
  return (
    <>
      <Bar />
      <main class="page">
        <Show when={properties()?.length} fallback={<Welcome />}>
          <div class="page-head">
            <h1>{words.title}</h1>
            <A href="/new" class="button">
              <Icon name="plus" />
              {frame.newProperty}
            </A>
          </div>
          <ul class="properties">
            <For each={properties()}>{(property) => <PropertyRow property={property} />}</For>
          </ul>
        </Show>
      </main>
    </>
  );
}

function Welcome(): JSX.Element {
  return (
    <div class="first">
      <h1>{words.first}</h1>
      <p>{words.firstHint}</p>
      <ol class="first-steps">
        <For each={words.firstSteps}>{(step) => <li>{step}</li>}</For>
      </ol>
      <A href="/new" class="button button-main">
        {words.create}
      </A>
    </div>
  );
}

function PropertyRow(props: { property: Property }): JSX.Element {
  const siteId = props.property.site_id;
  const live = createLive(() => siteId);
  const tick = createTick(REFRESH);
  const today = createMemo(() => {
    tick();
    return localClock(Date.now(), props.property.timezone).slice(0, 10);
  });
  const answer = createAnswer(
    () => ({ today: today() }),
    (asked) => ({
      site_id: siteId,
      metrics: ["visitors"],
      date_range: toDateRange({ name: "7d" }, asked.today),
      dimensions: ["time:day"],
      include: { time_labels: true, comparisons: { mode: "previous_period" } },
    }),
    tick,
  );
  const week = createMemo(() => {
    const known = answer.value();
    if (!known) return null;
    const { points } = toSeries(known, "visitors", localClock(Date.now(), props.property.timezone));
    const sum = (values: (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);
    const now = sum(points.map((point) => point.value));
    // Today is incomplete, so the change covers the six complete days.
    const whole = points.slice(0, -1);
    const change = toChange(
      "visitors",
      sum(whole.map((point) => point.value)),
      sum(whole.map((point) => point.before)),
    );
    return { values: points.map((point) => point.value ?? 0), now, change };
  });

  return (
    <li>
      <A href={`/p/${siteId}`} class="property">
        <span class="property-name">
          <strong>{props.property.name}</strong>
          <small>{hostOf(props.property) ?? frame.noStream}</small>
        </span>
        <span class="property-live" classList={{ stale: isOld(live) }}>
          <Show
            when={live.value()}
            fallback={
              <Show when={live.state() !== "error"}>
                <Bone class="bone-pill" />
              </Show>
            }
          >
            {(now) => (
              <span class="live-pill" classList={{ "live-pill-on": now().active_5m > 0 }}>
                <span class="live-dot" aria-hidden="true" />
                {words.now(formatCount(now().active_5m))}
              </span>
            )}
          </Show>
        </span>
        <Show
          when={week()}
          fallback={
            <span class="property-week" classList={{ "property-week-failed": answer.state() === "error" }}>
              {answer.state() === "error" ? words.unavailable : <Bone class="bone-week" />}
            </span>
          }
        >
          {(known) => (
            <span class="property-week" classList={{ stale: isOld(answer) }}>
              <Sparkline values={known().values} />
              <span class="property-count">
                <strong>{formatCount(known().now)}</strong>
                <small>
                  {words.week}
                  <Show when={known().change}>
                    {(moved) => (
                      <span
                        class="property-change"
                        classList={{ better: moved().better === true, worse: moved().better === false }}
                      >
                        {moved().text}
                      </span>
                    )}
                  </Show>
                </small>
              </span>
            </span>
          )}
        </Show>
      </A>
    </li>
  );
}
