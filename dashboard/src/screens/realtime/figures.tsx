// The last half hour in figures: who is here, what they saw, whether they stayed.
import { For, type JSX, Show } from "solid-js";
import type { Loaded } from "../../data/answer";
import { formatCount, formatMetric } from "../../data/format";
import type { LivePicture } from "../../data/property";
import { MinuteBars } from "../../panels/minute-bars";
import { Bone } from "../../parts/notice";

const FIGURES: readonly { label: string; hint: string; of: (now: LivePicture) => string }[] = [
  { label: "Visitors now", hint: "active in the last 5 minutes", of: (now) => formatCount(now.active_5m) },
  { label: "Visitors", hint: "last 30 minutes", of: (now) => formatCount(now.active_30m) },
  { label: "Page views", hint: "last 30 minutes", of: (now) => formatCount(now.pageviews_30m) },
  {
    label: "Bounce rate",
    hint: "of visits begun in them",
    of: (now) => formatMetric("bounce_rate", now.bounce_rate_30m),
  },
  {
    label: "Visit duration",
    hint: "so far, on average",
    of: (now) => formatMetric("visit_duration", now.avg_duration_30m),
  },
];

const MINUTES = Array.from({ length: 30 }, () => 0);

export function LiveFigures(props: { live: Loaded<LivePicture> }): JSX.Element {
  return (
    <section class="sheet-card" aria-label="The last 30 minutes">
      <dl class="live-figures">
        <For each={FIGURES}>
          {({ label, hint, of }) => (
            <div class="live-figure">
              <dt>{label}</dt>
              <dd class="card-value">
                <Show when={props.live.value()} fallback={<Bone class="bone-value" />}>
                  {(now) => <>{of(now())}</>}
                </Show>
              </dd>
              <dd class="live-hint">{hint}</dd>
            </div>
          )}
        </For>
      </dl>
      <MinuteBars minutes={props.live.value()?.per_minute ?? MINUTES} class="minutes-tall" />
    </section>
  );
}
