// Events: everything that happened, by kind and name; one of them in detail; and the kinds that belong together.
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

const GROUPS = {
  media: { label: "Media", part: MediaEvents },
  forms: { label: "Forms", part: FormEvents },
  downloads: { label: "Downloads", part: DownloadEvents },
  images: { label: "Images", part: ImageEvents },
  errors: { label: "Errors", part: ErrorEvents },
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
      <ScreenHead
        title="Events"
        lead="Everything that was recorded, and what was told along with it."
        screen={screen}
      />
      <nav class="tabs screen-tabs" aria-label="Kinds of event">
        <a class="tab" href={screen.hrefWith({ show: undefined })} noScroll aria-current={group() ? undefined : "page"}>
          All events
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
    <LoadedPanel title="All events" loaded={props.events} bones={9}>
      {(value) => (
        <Show
          when={value().events.length > 0}
          fallback={
            <Empty title="No event in these days">
              A longer period may show some; a new site’s first events come with its first visitor.
            </Empty>
          }
        >
          <ValueRows
            caption="All events"
            head="Event"
            columns={["Events", "Visitors"]}
            limit={40}
            rows={value().events.map(({ type, name, events, visitors }) => ({
              name: eventName(name),
              hint: type === "custom" ? "custom" : name,
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

/** Names of the props that are made of other fields of an event; the rest is shown as the site calls it. */
const PROP_LABELS: Record<string, string> = {
  href: "Link",
  "form field": "Form › field",
  "message file line": "Message › file › line",
};
const propLabel = (key: string): string => PROP_LABELS[key] ?? key;
/** Values of two parts are joined by a line feed. */
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
          aria-label="Close the details"
          title="Close"
        >
          <Icon name="close" />
        </a>
      }
    >
      {(value) => (
        <>
          <p class="panel-note">
            <strong>{formatCount(value().events)}</strong> {value().events === 1 ? "event" : "events"} in these days
          </p>
          <Show when={value().events > 0}>
            <ValueRows caption="Pages" head="Page" columns={["Events"]} rows={toValueRows(value().pages)} limit={6} />
            <For
              each={value().props}
              fallback={<p class="panel-note">Nothing else was told along with these events.</p>}
            >
              {(prop) => (
                <ValueRows
                  caption={`Values of ${propLabel(prop.key)}`}
                  head={propLabel(prop.key)}
                  columns={["Events"]}
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
