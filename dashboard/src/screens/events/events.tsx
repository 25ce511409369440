// Events: all events by kind and name, the details of one, and groups of related events.
import { For, type JSX, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { EventsInsight } from "../../../../workers/domain/counts/insight";
import { createLoaded, type LoadedFor } from "../../data/answer";
import { formatCount } from "../../data/format";
import { type InsightScene, loadEventDetails, loadEvents } from "../../data/insight";
import { eventName } from "../../data/naming";
import { createScreen, LoadedPanel, type Screen, ScreenHead } from "../../frame/screen";
import { toValueRows, ValueRows } from "../../panels/value-rows";
import { Icon } from "../../parts/icon";
import { Empty } from "../../parts/notice";
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
  const screen = createScreen();
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
    </main>
  );
}

function AllEvents(props: { screen: Screen }): JSX.Element {
  const events = createLoaded(props.screen.scene, loadEvents, props.screen.tick);
  const chosen = (): string | undefined => props.screen.param("event");
  return (
    <div class="insight" classList={{ "insight-two": chosen() !== undefined }}>
      <EventList events={events} screen={props.screen} />
      <Show when={chosen()}>{(name) => <EventDetail name={name()} screen={props.screen} />}</Show>
    </div>
  );
}

function EventList(props: { events: LoadedFor<EventsInsight, InsightScene>; screen: Screen }): JSX.Element {
  return (
    <LoadedPanel title={words.all} loaded={props.events} bones={9}>
      {(value) => (
        <Show when={value().events.length > 0} fallback={<Empty title={words.none}>{words.noneHint}</Empty>}>
          <ValueRows
            caption={words.all}
            head={words.event}
            columns={[words.events, parts.visitors]}
            limit={40}
            rows={value().events.map(({ type, name, events, visitors }) => ({
              name: eventName(name),
              hint: type === "custom" ? words.custom : name,
              share: events / (value().events[0]?.events || 1),
              figures: [formatCount(events), formatCount(visitors)],
              href: props.screen.hrefWith({ event: name }),
              chosen: props.screen.param("event") === name,
            }))}
          />
        </Show>
      )}
    </LoadedPanel>
  );
}

/** Labels of props that are built from other fields of an event. Other props keep the site's names. */
const PROP_LABELS: Record<string, string> = words.properties;
const propLabel = (key: string): string => PROP_LABELS[key] ?? key;
/** Two-part values are joined by a line feed. */
const propValue = (value: string): string => value.replaceAll("\n", " › ");

function EventDetail(props: { name: string; screen: Screen }): JSX.Element {
  const detail = createLoaded(
    () => ({ scene: props.screen.scene(), names: [props.name] }),
    async (ask, signal) => (await loadEventDetails(ask, signal))[ask.names[0]!]!,
    props.screen.tick,
  );
  return (
    <LoadedPanel
      title={eventName(detail.shown()?.key.names[0] ?? props.name)}
      loaded={detail}
      bones={8}
      class="event-detail"
      end={
        <a
          class="button button-icon"
          href={props.screen.hrefWith({ event: undefined })}
          noScroll
          aria-label={words.closeDetails}
          title={parts.close}
        >
          <Icon name="close" />
        </a>
      }
    >
      {(value) => (
        <>
          <p class="panel-note">
            <strong>{formatCount(value().events)}</strong>
            {words.inPeriod(value().events)}
          </p>
          <Show when={value().events > 0}>
            <ValueRows
              caption={words.pages}
              head={parts.page}
              columns={[words.events]}
              rows={toValueRows(value().pages)}
              limit={6}
            />
            <For each={value().props} fallback={<p class="panel-note">{words.noProperties}</p>}>
              {(prop) => (
                <ValueRows
                  caption={words.values(propLabel(prop.key))}
                  head={propLabel(prop.key)}
                  columns={[words.events]}
                  rows={toValueRows(prop.values, propValue)}
                  limit={6}
                />
              )}
            </For>
          </Show>
        </>
      )}
    </LoadedPanel>
  );
}
