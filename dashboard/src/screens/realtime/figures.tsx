// The last half hour in figures: visitors, page views, bounce rate and visit duration.
import { For, type JSX, Show } from "solid-js";
import type { Loaded } from "../../data/answer";
import { formatCount, formatMetric } from "../../data/format";
import type { LivePicture } from "../../data/property";
import { MinuteBars } from "../../panels/minute-bars";
import { Bone } from "../../parts/notice";
import { words } from "../../words/realtime";

const FIGURES: readonly { label: string; hint: string; of: (now: LivePicture) => string }[] = [
  { ...words.figures.now, of: (now) => formatCount(now.active_5m) },
  { ...words.figures.visitors, of: (now) => formatCount(now.active_30m) },
  { ...words.figures.pageViews, of: (now) => formatCount(now.pageviews_30m) },
  {
    ...words.figures.bounceRate,
    of: (now) => formatMetric("bounce_rate", now.bounce_rate_30m),
  },
  {
    ...words.figures.duration,
    of: (now) => formatMetric("visit_duration", now.avg_duration_30m),
  },
];

const MINUTES = Array.from({ length: 30 }, () => 0);

export function LiveFigures(props: { live: Loaded<LivePicture> }): JSX.Element {
  return (
    <section class="sheet-card" aria-label={words.last30}>
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
