// One event: its figures and revenue, its props, and the visits with it. Every value filters the screen.
import { For, type JSX, Show } from "solid-js";
import type { PropInsight } from "../../../../../workers/domain/counts/insight";
import { createAnswer, createLoaded } from "../../../data/answer";
import { localClock } from "../../../data/calendar";
import { useFilters } from "../../../data/filters/use-filters";
import { loadEventDetails } from "../../../data/insight";
import { eventName } from "../../../data/naming";
import type { Question } from "../../../data/question";
import { toSeries } from "../../../data/series";
import { useProperty } from "../../../frame/property-frame";
import { Bones, type Screen } from "../../../frame/screen";
import { AnswerRows } from "../../../panels/answer-rows";
import { TimeBars } from "../../../panels/time-bars/time-bars";
import { toValueRows, ValueRows } from "../../../panels/value-rows";
import { Icon } from "../../../parts/icon";
import { LoadedBody } from "../../../parts/loaded";
import { words } from "../../../words/detail/events";
import { words as events } from "../../../words/events";
import { words as parts } from "../../../words/parts";
import { EventFigures } from "./event-figures";
import {
  dimensionOfField,
  type EventScene,
  rowsQuestion,
  trendQuestion,
  VISIT_ROWS,
  valuesQuestion,
} from "./questions";
import "./event-detail.css";

/** Labels of props that are built from other fields of an event. Other props keep the site's names. */
const PROP_LABELS: Record<string, string> = events.properties;
const propLabel = (key: string): string => PROP_LABELS[key] ?? key;
/** Two-part values are joined by a line feed. */
const propValue = (value: string): string => value.replaceAll("\n", " › ");

const ROWS = 6;

export function EventDetail(props: { name: string; screen: Screen }): JSX.Element {
  const { property } = useProperty();
  const filters = useFilters();
  const scene = (): EventScene => ({
    ...props.screen.scene(),
    today: props.screen.today(),
    name: props.name,
    filters: filters.list(),
  });
  const trend = createAnswer(scene, trendQuestion, props.screen.tick);
  const detail = createLoaded(
    () => ({ scene: props.screen.scene(), names: [props.name] }),
    async (ask, signal) => (await loadEventDetails(ask, signal))[ask.names[0]!]!,
    props.screen.tick,
  );
  return (
    <section class="panel event-detail" aria-label={eventName(props.name)}>
      <header class="panel-head">
        <h2>{eventName(props.name)}</h2>
        <a
          class="button button-icon"
          href={props.screen.hrefWith({ event: undefined })}
          noScroll
          aria-label={events.closeDetails}
          title={parts.close}
        >
          <Icon name="close" />
        </a>
      </header>
      <EventFigures scene={scene()} tick={props.screen.tick} />
      <LoadedBody loaded={trend} failure={words.trendFailed} bones={<Bones count={2} />}>
        {(answer) => (
          <TimeBars
            title={words.trend}
            metric="events"
            series={toSeries(answer(), "events", localClock(Date.now(), property().timezone))}
          />
        )}
      </LoadedBody>
      <LoadedBody class="event-props" loaded={detail} failure={words.propsFailed} bones={<Bones count={4} />}>
        {(value) => (
          <For each={keysOf(value().props)} fallback={<p class="panel-note">{events.noProperties}</p>}>
            {(key) => (
              <Show
                when={dimensionOfField(value().type, key)}
                keyed
                fallback={
                  <ValueRows
                    caption={events.values(propLabel(key))}
                    head={propLabel(key)}
                    columns={[events.events]}
                    rows={toValueRows(value().props.find((prop) => prop.key === key)?.values ?? [], propValue)}
                    limit={ROWS}
                  />
                }
              >
                {(dimension) => (
                  <FilterRows
                    scene={scene()}
                    tick={props.screen.tick}
                    dimension={dimension}
                    caption={events.values(propLabel(key))}
                    head={propLabel(key)}
                    toQuestion={valuesQuestion}
                  />
                )}
              </Show>
            )}
          </For>
        )}
      </LoadedBody>
      <h3 class="event-visits">{words.visits}</h3>
      <div class="event-props">
        <For each={VISIT_ROWS}>
          {(dimension) => (
            <FilterRows
              scene={scene()}
              tick={props.screen.tick}
              dimension={dimension}
              caption={words.rows[dimension].title}
              head={words.rows[dimension].head}
              toQuestion={rowsQuestion}
            />
          )}
        </For>
      </div>
    </section>
  );
}

/** By name, so that a refreshed list keeps the tables of props that it had. */
const keysOf = (props: readonly PropInsight[]): string[] => props.map(({ key }) => key);

/** The values of a dimension, under the filters of the screen. */
function FilterRows(props: {
  scene: EventScene;
  tick: Screen["tick"];
  dimension: string;
  caption: string;
  head: string;
  toQuestion: (scene: EventScene, dimension: string) => Question;
}): JSX.Element {
  const filters = useFilters();
  const answer = createAnswer(
    () => props.scene,
    (scene) => props.toQuestion(scene, props.dimension),
    props.tick,
  );
  return (
    <LoadedBody loaded={answer} failure={words.rowsFailed(props.caption)} bones={<Bones count={3} />}>
      {(value) => (
        <AnswerRows
          caption={props.caption}
          head={props.head}
          dimension={props.dimension}
          metrics={["events", "visitors"]}
          rows={value().results}
          filters={filters}
          empty={words.noValues}
          limit={ROWS}
        />
      )}
    </LoadedBody>
  );
}
