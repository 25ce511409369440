// The kinds of event that belong together: media and forms as funnels; downloads, images and errors as lists.
import { type Accessor, For, type JSX, Show } from "solid-js";
import type { EventInsight } from "../../../../workers/domain/counts/insight";
import { createLoaded, type LoadedFor } from "../../data/answer";
import { formatCount, formatShare, NOTHING } from "../../data/format";
import { type EventsAsk, loadEventDetails } from "../../data/insight";
import { LoadedPanel, NothingMeasured, type Screen } from "../../frame/screen";
import { toValueRows, ValueRows } from "../../panels/value-rows";
import { Figure } from "../../parts/figure";
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
    <LoadedPanel title="Video and audio" loaded={details}>
      {(value) => (
        <Show when={toFunnels(value()).length > 0} fallback={<NothingMeasured what="plays" measurements={["media"]} />}>
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
                            <small>{index() === 0 ? "plays" : formatShare(count(), funnel.steps[0]!)}</small>
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
    <LoadedPanel title="Forms" loaded={details}>
      {(value) => (
        <Show
          when={toForms(value()).length > 0}
          fallback={<NothingMeasured what="forms" measurements={["form_submissions", "form_fields"]} />}
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
        <Figure label="Starts" value={formatCount(props.form.starts)} />
        <Figure label="Submissions" value={formatCount(props.form.submissions)} />
        <Figure label="Given up" value={formatCount(props.form.abandoned)} />
        <Figure
          label="Completed"
          value={props.form.starts > 0 ? formatShare(props.form.submissions, props.form.starts) : NOTHING}
        />
      </dl>
      <Show when={props.form.fields.length > 0}>
        <ValueRows
          caption={`Fields of ${props.form.name}`}
          head="Field"
          columns={["Entered", "Given up here"]}
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
      title="Downloads"
      first={{ details, of: (value) => value.download, values: files, head: "File" }}
      nothing={<NothingMeasured what="downloads" measurements={["file_downloads"]} />}
    />
  );
}

export function ImageEvents(props: GroupProps): JSX.Element {
  const details = createDetails(props.screen, ["image_view"]);
  return (
    <TwoLists
      title="Image views"
      first={{
        details,
        of: (value) => value.image_view,
        values: (insight) => valuesOf(insight, "image"),
        head: "Image",
      }}
      nothing={<NothingMeasured what="image views" measurements={["images"]} />}
    />
  );
}

/** What it was beside the pages on which it happened. */
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
            <ValueRows
              caption={props.title}
              head={props.first.head}
              columns={["Events"]}
              rows={toValueRows(props.first.values(insight(value)))}
            />
            <ValueRows
              caption={`Pages of ${props.title.toLowerCase()}`}
              head="On page"
              columns={["Events"]}
              rows={toValueRows(insight(value).pages)}
            />
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
      <LoadedPanel title="JavaScript errors" loaded={details}>
        {(value) => (
          <Show
            when={value().js_error.events > 0}
            fallback={<NothingMeasured what="errors" measurements={["errors"]} />}
          >
            <table class="figures errors">
              <caption class="unseen">JavaScript errors</caption>
              <thead>
                <tr>
                  <th scope="col">Message and place</th>
                  <th scope="col" class="number">
                    Events
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={toErrors(value().js_error)}>
                  {(error) => (
                    <tr>
                      <th scope="row">
                        {error.message}
                        <small>{error.place ?? "place unknown"}</small>
                      </th>
                      <td class="number">{formatCount(error.events)}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
            <ValueRows
              caption="Pages with errors"
              head="On page"
              columns={["Events"]}
              rows={toValueRows(value().js_error.pages)}
            />
          </Show>
        )}
      </LoadedPanel>
      <LoadedPanel title="Pages not found" loaded={details}>
        {(value) => (
          <Show
            when={value().not_found.events > 0}
            fallback={<NothingMeasured what="missing pages" measurements={["not_found"]} />}
          >
            <ValueRows
              caption="Pages not found"
              head="Page"
              columns={["Events"]}
              rows={toValueRows(value().not_found.pages)}
            />
            <Show when={valuesOf(value().not_found, "referrer").length > 0}>
              <ValueRows
                caption="Where the links to missing pages are"
                head="Linked from"
                columns={["Events"]}
                rows={toValueRows(valuesOf(value().not_found, "referrer"))}
              />
            </Show>
          </Show>
        )}
      </LoadedPanel>
    </div>
  );
}
