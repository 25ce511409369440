// Right now: the last thirty minutes, minute by minute, and the active pages.
import { For, type JSX, Show } from "solid-js";
import { isOld, type Loaded } from "../../data/answer";
import { useFilters } from "../../data/filters/use-filters";
import { formatCount, formatDuration, formatMetric } from "../../data/format";
import type { LivePicture } from "../../data/property";
import { FilterLink } from "../../panels/filter-link";
import { MinuteBars } from "../../panels/minute-bars";
import { Bone, Empty, Failure } from "../../parts/notice";
import { words } from "../../words/overview";
import { words as parts } from "../../words/parts";

const ROWS = 5;

export function NowPanel(props: { live: Loaded<LivePicture> }): JSX.Element {
  return (
    <section class="panel now" aria-labelledby="panel-now">
      <header class="panel-head">
        <h2 id="panel-now">{words.now.title}</h2>
        <small>{words.now.lead}</small>
      </header>
      <div class="panel-body" classList={{ stale: isOld(props.live) }}>
        <Show when={props.live.state() === "error"}>
          <Failure what={words.now.loadFailed} error={props.live.error()} onRetry={props.live.retry} />
        </Show>
        <Show
          when={props.live.value()}
          fallback={
            <Show when={props.live.state() !== "error"}>
              <div class="bones">
                <Bone class="w40" />
                <Bone class="bone-minutes" />
              </div>
            </Show>
          }
        >
          {(now) => <Picture now={now()} />}
        </Show>
      </div>
    </section>
  );
}

function Picture(props: { now: LivePicture }): JSX.Element {
  const filters = useFilters();
  const busiest = (): number => Math.max(...props.now.pages.map((row) => row.visitors), 1);
  return (
    <>
      <dl class="now-figures">
        <Figure label={words.now.visitors} value={formatCount(props.now.active_30m)} />
        <Figure label={words.now.pageViews} value={formatCount(props.now.pageviews_30m)} />
        <Figure label={words.now.bounceRate} value={formatMetric("bounce_rate", props.now.bounce_rate_30m)} />
        <Figure
          label={words.now.duration}
          value={props.now.avg_duration_30m === null ? "–" : formatDuration(props.now.avg_duration_30m)}
        />
      </dl>
      <MinuteBars minutes={props.now.per_minute} />
      <Show when={props.now.pages.length > 0} fallback={<Empty>{words.now.nobody}</Empty>}>
        <table class="rows">
          <thead class="unseen">
            <tr>
              <th scope="col">{parts.page}</th>
              <th scope="col">{parts.visitors}</th>
            </tr>
          </thead>
          <tbody>
            <For each={props.now.pages.slice(0, ROWS)}>
              {(row) => (
                <tr>
                  <th scope="row" class="row-name" style={{ "--share": `${(row.visitors / busiest()) * 100}%` }}>
                    <FilterLink filters={filters} dimension="event:page" value={row.value} />
                  </th>
                  <td class="number">{formatCount(row.visitors)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
    </>
  );
}

const Figure = (props: { label: string; value: string }): JSX.Element => (
  <div>
    <dt>{props.label}</dt>
    <dd>{props.value}</dd>
  </div>
);
