// Events: all events by kind and name, the details of one, and groups of related events.
import { createMemo, For, type JSX, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { EventsInsight, NamedEvent } from "../../../../workers/domain/counts/insight";
import { isAutomatic } from "../../../../workers/domain/events/measurement";
import { createLoaded, type LoadedFor } from "../../data/answer";
import { formatCount } from "../../data/format";
import { type InsightScene, loadEvents } from "../../data/insight";
import { eventName } from "../../data/naming";
import { createScreen, LoadedPanel, type Screen, ScreenFoot, ScreenHead } from "../../frame/screen";
import { type ValueRow, ValueRows } from "../../panels/value-rows";
import { Empty } from "../../parts/notice";
import { EventDetail } from "./event/event-detail";
import { DownloadEvents, ErrorEvents, FormEvents, ImageEvents, MediaEvents } from "./event-groups";
import "./events.css";
import { words } from "../../words/events";
import { words as parts } from "../../words/parts";

const GROUPS = {
  media: { label: words.groups.media, part: MediaEvents },
  forms: { label: words.groups.forms, part: FormEvents },
  downloads: { label: words.groups.downloads, part: DownloadEvents },
  images: { label: words.groups.images, part: ImageEvents },
  errors: { label: words.groups.errors, part: ErrorEvents },
} as const;
type Group = keyof typeof GROUPS;

export function Events(): JSX.Element {
  const screen = createScreen({ canFilter: true });
  const group = (): Group | null => {
    const named = screen.param("show") ?? "";
    return Object.hasOwn(GROUPS, named) ? (named as Group) : null;
  };
  return (
    <main class="overview">
      <ScreenHead title={words.title} lead={words.lead} screen={screen} />
      <nav class="tabs screen-tabs" aria-label={words.kinds}>
        <a class="tab" href={screen.hrefWith({ show: undefined })} noScroll aria-current={group() ? undefined : "page"}>
          {words.all}
        </a>
        <For each={Object.keys(GROUPS) as Group[]}>
          {(name) => (
            <a
              class="tab"
              href={screen.hrefWith({ show: name, event: undefined })}
              noScroll
              aria-current={group() === name ? "page" : undefined}
            >
              {GROUPS[name].label}
            </a>
          )}
        </For>
      </nav>
      <Show when={group()} keyed fallback={<AllEvents screen={screen} />}>
        {(name) => <Dynamic component={GROUPS[name].part} screen={screen} />}
      </Show>
      <ScreenFoot screen={screen} />
    </main>
  );
}

function AllEvents(props: { screen: Screen }): JSX.Element {
  const events = createLoaded(props.screen.scene, loadEvents, props.screen.tick);
  const chosen = (): string | undefined => props.screen.param("event");
  return (
    <div class="insight" classList={{ "insight-two": chosen() !== undefined }}>
      <EventList events={events} screen={props.screen} />
      <Show when={chosen()} keyed>
        {(name) => <EventDetail name={name} screen={props.screen} />}
      </Show>
    </div>
  );
}

function EventList(props: { events: LoadedFor<EventsInsight, InsightScene>; screen: Screen }): JSX.Element {
  const chosen = (): string | undefined => props.screen.param("event");
  const toRows = (events: readonly NamedEvent[]): ValueRow[] =>
    events.map(({ type, name, events: count, visitors }) => ({
      name: eventName(name),
      hint: type === "custom" ? words.custom : name,
      share: count / (events[0]?.events || 1),
      figures: [formatCount(count), formatCount(visitors)],
      href: props.screen.hrefWith({ event: name }),
      chosen: chosen() === name,
    }));
  return (
    <LoadedPanel title={words.all} loaded={props.events} bones={9}>
      {(value) => {
        const own = createMemo(() => value().events.filter(({ type }) => !isAutomatic(type)));
        const automatic = createMemo(() => value().events.filter(({ type }) => isAutomatic(type)));
        return (
          <>
            <Show when={own().length > 0} fallback={<Empty title={words.none}>{words.noneHint}</Empty>}>
              <ValueRows
                caption={words.all}
                head={words.event}
                columns={[words.events, parts.visitors]}
                limit={40}
                rows={toRows(own())}
              />
            </Show>
            <Show when={automatic().length > 0}>
              <details class="event-automatic" open={automatic().some(({ name }) => name === chosen())}>
                <summary>
                  {words.automatic} <small>{words.automaticCount(automatic().length)}</small>
                </summary>
                <p class="panel-note">{words.automaticHint}</p>
                <ValueRows
                  caption={words.automaticEvents}
                  head={words.event}
                  columns={[words.events, parts.visitors]}
                  limit={40}
                  rows={toRows(automatic())}
                />
              </details>
            </Show>
          </>
        );
      }}
    </LoadedPanel>
  );
}
