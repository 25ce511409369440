// The live feed: the latest steps of visitors, newest first, in a frame of fixed height. A switch shows every event.
import { createMemo, For, type JSX, Show } from "solid-js";
import type { Loaded } from "../../data/answer";
import { formatClock } from "../../data/format";
import { isAbsent, valueName } from "../../data/naming";
import type { LivePicture } from "../../data/property";
import { ValueName } from "../../panels/value-cell";
import { Empty } from "../../parts/notice";
import { words } from "../../words/realtime";
import { LiveBones } from "./rows";
import { type Step, toAllSteps, toSteps } from "./steps";

/** Keeps the objects of steps that were already shown, so that only new rows render and move. */
function keepKnown(next: readonly Step[], before: readonly Step[]): Step[] {
  const known = new Map<string, Step[]>();
  for (const item of before) {
    const key = JSON.stringify(item);
    known.set(key, [...(known.get(key) ?? []), item]);
  }
  return next.map((item) => known.get(JSON.stringify(item))?.shift() ?? item);
}

export function LiveFeed(props: {
  live: Loaded<LivePicture>;
  /** Whether automatic events and the events of one moment are rows of their own. */
  isAll: boolean;
  onAll: (isAll: boolean) => void;
}): JSX.Element {
  const items = createMemo((before: Step[]) => {
    const feed = props.live.value()?.feed ?? [];
    return keepKnown(props.isAll ? toAllSteps(feed) : toSteps(feed), before);
  }, []);
  return (
    <section class="panel live-panel live-feed" aria-labelledby="live-feed">
      <header class="panel-head">
        <h2 id="live-feed">{words.feed}</h2>
        <label class="switch live-switch">
          <span class="switch-text">{words.allEvents}</span>
          <input
            type="checkbox"
            role="switch"
            checked={props.isAll}
            aria-checked={props.isAll}
            onChange={(event) => props.onAll(event.currentTarget.checked)}
          />
        </label>
      </header>
      <Show
        when={props.live.value()}
        fallback={
          <div class="panel-body">
            <LiveBones live={props.live} />
          </div>
        }
      >
        {/* biome-ignore lint/a11y/useSemanticElements: the feed scrolls, so a keyboard must reach it */}
        <div class="feed-frame" role="region" aria-label={words.feedLabel} tabindex="0">
          <Show when={items().length > 0} fallback={<Empty>{words.feedEmpty}</Empty>}>
            <ol>
              <For each={items()}>{(item) => <FeedRow step={item} />}</For>
            </ol>
          </Show>
        </div>
      </Show>
    </section>
  );
}

function FeedRow(props: { step: Step }): JSX.Element {
  const { event, also, isFirst } = props.step;
  const about: string[] = [
    valueName("visit:device", event.device),
    ...(isAbsent("visit:source", event.source) ? [] : [words.from(valueName("visit:source", event.source))]),
    ...(isFirst ? [words.firstVisit] : []),
  ];
  return (
    <li class="feed-item">
      <span class="feed-what">
        <strong
          title={also.length > 0 ? words.alsoNamed(also.map((name) => valueName("event:name", name))) : undefined}
        >
          {valueName("event:name", event.name)}
        </strong>
        <Show when={event.page}>{(page) => <span title={page()}>{page()}</span>}</Show>
      </span>
      <time datetime={event.time}>{formatClock(Date.parse(event.time), true)}</time>
      <span class="feed-who">
        <ValueName dimension="visit:country" value={event.country} />
        <span class="feed-about">{about.join(" · ")}</span>
      </span>
    </li>
  );
}
