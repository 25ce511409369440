// Groups of related events: media and forms as funnels; downloads, images and errors as lists.
import { type Accessor, For, type JSX, Show } from "solid-js";
import type { EventInsight } from "../../../../workers/domain/counts/insight";
import { createLoaded, type LoadedFor } from "../../data/answer";
import { formatCount, formatShare, NOTHING } from "../../data/format";
import { type EventsAsk, loadEventDetails } from "../../data/insight";
import { LoadedPanel, NothingMeasured, type Screen } from "../../frame/screen";
import { toValueRows, ValueRows } from "../../panels/value-rows";
import { Figure } from "../../parts/figure";
import { words } from "../../words/events";
import { words as parts } from "../../words/parts";
import {
  FORM_EVENTS,
  type FormFunnel,
  MEDIA_STEP_NAMES,
  MEDIA_STEPS,
  toErrors,
  toForms,
  toFunnels,
  valuesOf,
} from "./engagement";

interface GroupProps {
  screen: Screen;
}

function createDetails<Name extends string>(
  screen: Screen,
  names: readonly Name[],
): LoadedFor<Record<Name, EventInsight>, EventsAsk<Name>> {
  return createLoaded(
    () => ({ scene: screen.scene(), names }),
    (ask, signal) => loadEventDetails(ask, signal),
    screen.tick,
  );
}

export function MediaEvents(props: GroupProps): JSX.Element {
  const details = createDetails(props.screen, MEDIA_STEP_NAMES);
  return (
    <LoadedPanel title={words.media} loaded={details}>
      {(value) => (
        <Show
          when={toFunnels(value()).length > 0}
          fallback={<NothingMeasured what={words.mediaThings} measurements={["media"]} />}
        >
          <ul class="funnels funnels-media">
            <For each={toFunnels(value())}>
              {(funnel) => (
                <li>
                  <h3>{funnel.name}</h3>
                  <ol class="funnel">
                    <For each={MEDIA_STEP_NAMES}>
                      {(step, index) => {
                        const count = (): number => funnel.steps[index()]!;
                        const top = Math.max(1, ...funnel.steps);
                        return (
                          <li classList={{ some: count() > 0 }} style={{ "--height": `${(count() / top) * 100}%` }}>
                            <span class="funnel-bar" aria-hidden="true" />
                            <span class="funnel-step">{MEDIA_STEPS[step]}</span>
                            <strong>{formatCount(count())}</strong>
                            <small>{index() === 0 ? words.plays : formatShare(count(), funnel.steps[0]!)}</small>
                          </li>
                        );
                      }}
                    </For>
                  </ol>
                </li>
              )}
            </For>
          </ul>
        </Show>
      )}
    </LoadedPanel>
  );
}

export function FormEvents(props: GroupProps): JSX.Element {
  const details = createDetails(props.screen, FORM_EVENTS);
  return (
    <LoadedPanel title={words.forms} loaded={details}>
      {(value) => (
        <Show
          when={toForms(value()).length > 0}
          fallback={<NothingMeasured what={words.formThings} measurements={["form_submissions", "form_fields"]} />}
        >
          <ul class="funnels">
            <For each={toForms(value())}>{(form) => <FormCard form={form} />}</For>
          </ul>
        </Show>
      )}
    </LoadedPanel>
  );
}

function FormCard(props: { form: FormFunnel }): JSX.Element {
  const most = (): number => Math.max(1, ...props.form.fields.map(({ entered }) => entered));
  return (
    <li>
      <h3>{props.form.name}</h3>
      <dl class="tally">
        <Figure label={words.starts} value={formatCount(props.form.starts)} />
        <Figure label={words.submissions} value={formatCount(props.form.submissions)} />
        <Figure label={words.abandoned} value={formatCount(props.form.abandoned)} />
        <Figure
          label={words.completed}
          value={props.form.starts > 0 ? formatShare(props.form.submissions, props.form.starts) : NOTHING}
        />
      </dl>
      <Show when={props.form.fields.length > 0}>
        <ValueRows
          caption={words.fieldsOf(props.form.name)}
          head={words.field}
          columns={[words.focused, words.droppedHere]}
          rows={props.form.fields.map(({ name, entered, last }) => ({
            name,
            share: entered / most(),
            figures: [formatCount(entered), formatCount(last)],
          }))}
        />
      </Show>
    </li>
  );
}

export function DownloadEvents(props: GroupProps): JSX.Element {
  const details = createDetails(props.screen, ["download"]);
  const files = (insight: EventInsight) => valuesOf(insight, "href");
  return (
    <TwoLists
      title={words.downloads}
      first={{ details, of: (value) => value.download, values: files, head: words.file }}
      nothing={<NothingMeasured what={words.downloadThings} measurements={["file_downloads"]} />}
    />
  );
}

export function ImageEvents(props: GroupProps): JSX.Element {
  const details = createDetails(props.screen, ["image_view"]);
  return (
    <TwoLists
      title={words.images}
      first={{
        details,
        of: (value) => value.image_view,
        values: (insight) => valuesOf(insight, "image"),
        head: words.image,
      }}
      nothing={<NothingMeasured what={words.imageThings} measurements={["images"]} />}
    />
  );
}

/** The values of the events next to the pages where they happened. */
function TwoLists<T, K>(props: {
  title: string;
  first: {
    details: LoadedFor<T, K>;
    of: (details: T) => EventInsight;
    values: (insight: EventInsight) => { value: string; events: number }[];
    head: string;
  };
  nothing: JSX.Element;
}): JSX.Element {
  const insight = (value: Accessor<T>): EventInsight => props.first.of(value());
  return (
    <LoadedPanel title={props.title} loaded={props.first.details}>
      {(value) => (
        <Show when={insight(value).events > 0} fallback={props.nothing}>
          <div class="insight-halves">
            <div>
              <ValueRows
                caption={props.title}
                head={props.first.head}
                columns={[words.events]}
                rows={toValueRows(props.first.values(insight(value)))}
              />
            </div>
            <div>
              <ValueRows
                caption={words.pagesOf(props.title.toLowerCase())}
                head={words.onPage}
                columns={[words.events]}
                rows={toValueRows(insight(value).pages)}
              />
            </div>
          </div>
        </Show>
      )}
    </LoadedPanel>
  );
}

export function ErrorEvents(props: GroupProps): JSX.Element {
  const details = createDetails(props.screen, ["js_error", "not_found"]);
  return (
    <div class="insight insight-two">
      <LoadedPanel title={words.errors} loaded={details}>
        {(value) => (
          <Show
            when={value().js_error.events > 0}
            fallback={<NothingMeasured what={words.errorThings} measurements={["errors"]} />}
          >
            <table class="figures errors">
              <caption class="unseen">{words.errors}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.errorHead}</th>
                  <th scope="col" class="number">
                    {words.events}
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={toErrors(value().js_error)}>
                  {(error) => (
                    <tr>
                      <th scope="row">
                        {error.message}
                        <small>{error.place ?? words.unknownLocation}</small>
                      </th>
                      <td class="number">{formatCount(error.events)}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
            <ValueRows
              caption={words.errorPages}
              head={words.onPage}
              columns={[words.events]}
              rows={toValueRows(value().js_error.pages)}
            />
          </Show>
        )}
      </LoadedPanel>
      <LoadedPanel title={words.notFound} loaded={details}>
        {(value) => (
          <Show
            when={value().not_found.events > 0}
            fallback={<NothingMeasured what={words.notFoundThings} measurements={["not_found"]} />}
          >
            <ValueRows
              caption={words.notFound}
              head={parts.page}
              columns={[words.events]}
              rows={toValueRows(value().not_found.pages)}
            />
            <Show when={valuesOf(value().not_found, "referrer").length > 0}>
              <ValueRows
                caption={words.notFoundLinks}
                head={words.linkedFrom}
                columns={[words.events]}
                rows={toValueRows(valuesOf(value().not_found, "referrer"))}
              />
            </Show>
          </Show>
        )}
      </LoadedPanel>
    </div>
  );
}
