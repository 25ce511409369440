// The live feed: the latest events, newest first, in a frame of fixed height.
import { createMemo, For, type JSX, Show } from "solid-js";
import type { Loaded } from "../../data/answer";
import { formatClock } from "../../data/format";
import { isAbsent, valueName } from "../../data/naming";
import type { LivePicture } from "../../data/property";
import { ValueName } from "../../panels/value-cell";
import { Empty } from "../../parts/notice";
import { words } from "../../words/realtime";
import { LiveBones } from "./rows";

type FeedItem = LivePicture["feed"][number];

/** Keeps the objects of events that were already shown, so that only new rows render and move. */
function keepKnown(next: readonly FeedItem[], before: readonly FeedItem[]): FeedItem[] {
  const known = new Map<string, FeedItem[]>();
  for (const item of before) {
    const key = JSON.stringify(item);
    known.set(key, [...(known.get(key) ?? []), item]);
  }
  return next.map((item) => known.get(JSON.stringify(item))?.shift() ?? item);
}

export function LiveFeed(props: { live: Loaded<LivePicture> }): JSX.Element {
  const items = createMemo((before: FeedItem[]) => keepKnown(props.live.value()?.feed ?? [], before), []);
  return (
    <section class="panel live-panel live-feed" aria-labelledby="live-feed">
      <header class="panel-head">
        <h2 id="live-feed">{words.feed}</h2>
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
              <For each={items()}>{(item) => <FeedRow item={item} />}</For>
            </ol>
          </Show>
        </div>
      </Show>
    </section>
  );
}

function FeedRow(props: { item: FeedItem }): JSX.Element {
  const about = (): string[] => [
    valueName("visit:device", props.item.device),
    ...(isAbsent("visit:source", props.item.source) ? [] : [words.from(valueName("visit:source", props.item.source))]),
  ];
  return (
    <li class="feed-item">
      <span class="feed-what">
        <strong>{valueName("event:name", props.item.name)}</strong>
        <Show when={props.item.page}>{(page) => <span title={page()}>{page()}</span>}</Show>
      </span>
      <time datetime={props.item.time}>{formatClock(Date.parse(props.item.time), true)}</time>
      <span class="feed-who">
        <ValueName dimension="visit:country" value={props.item.country} />
        <span class="feed-about">{about().join(" · ")}</span>
      </span>
    </li>
  );
}
