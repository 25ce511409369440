// Annotations of the chart: loads those of its days, puts them on the series, lists them, and opens their dialog.
import { type Accessor, createSignal, For, type JSX, Show } from "solid-js";
import { createLoaded, type LoadedFor } from "../../../data/answer";
import { formatBucket, formatRange } from "../../../data/format";
import { daysOf, type Period } from "../../../data/period";
import type { Property } from "../../../data/property";
import { momentOf, placeAnnotations } from "../../../data/saved/annotation";
import { versionOf } from "../../../data/saved/changes";
import { type Annotation, type AnnotationScene, loadAnnotations } from "../../../data/saved/requests";
import { canManage } from "../../../data/saved/rights";
import type { Series } from "../../../data/series";
import { onDemand } from "../../../panels/on-demand";
import { Icon } from "../../../parts/icon";
import { words } from "../../../words/saved/annotations";
import "./notes.css";

// Only those who write annotations need it.
const NoteDialog = onDemand(async () => (await import("./note-dialog")).NoteDialog);

/** Days before today that "all time" asks for: back to 1972. */
const MOST_DAYS = 20_000;

/** One that is not saved yet. */
interface NewNote {
  /** The label of a bucket: a date, or a date and a time. */
  moment: string;
}

export interface Notes {
  loaded: LoadedFor<Annotation[], AnnotationScene>;
  /** The series with its annotations. */
  on: (series: Series) => Series;
  /** Opens one annotation, or goes to the list of several. */
  open: (notes: readonly Annotation[]) => void;
  /** Opens a new annotation at a bucket of the chart, by its label. */
  addAt: (label: string) => void;
  /** The button that adds an annotation. */
  Add: () => JSX.Element;
  List: (props: { series: Series | undefined }) => JSX.Element;
}

export function createNotes(property: Accessor<Property>, period: Accessor<Period>, today: Accessor<string>): Notes {
  const [edited, setEdited] = createSignal<Annotation | NewNote | null>(null);
  const loaded = createLoaded(
    (): AnnotationScene => ({ siteId: property().site_id, ...daysOf(period(), today(), MOST_DAYS) }),
    loadAnnotations,
    () => versionOf("annotations"),
  );
  let list: HTMLElement | undefined;
  const mayWrite = ({ shared }: Annotation): boolean => !shared || canManage(property());
  const whenOf = (note: Annotation): string => {
    const moment = momentOf(note, property().timezone);
    return moment.length > 10 ? formatBucket(moment, "hour") : formatRange(moment, moment);
  };
  const last = (): string => {
    const ends = [daysOf(period(), today(), MOST_DAYS).to, today()];
    return ends.sort()[0]!;
  };

  return {
    loaded,
    on: (series) => {
      const places = placeAnnotations(series, loaded.value() ?? [], property().timezone);
      if (places.size === 0) return series;
      const points = series.points.map((point, index) => {
        const notes = places.get(index);
        return notes ? { ...point, notes } : point;
      });
      return { ...series, points };
    },
    open: (notes) => {
      const [only] = notes;
      if (only && notes.length === 1 && mayWrite(only)) setEdited(only);
      else list?.focus();
    },
    addAt: (moment) => setEdited({ moment }),
    Add: () => (
      <>
        <button
          type="button"
          class="button button-small button-quiet"
          aria-label={words.add}
          title={words.add}
          onClick={() => setEdited({ moment: last() })}
        >
          <Icon name="flag" />
          <span class="note-add">{words.add}</span>
        </button>
        <Show when={edited()} keyed>
          {(note) => (
            <NoteDialog
              property={property()}
              note={"id" in note ? note : null}
              moment={"id" in note ? momentOf(note, property().timezone) : note.moment}
              canShare={canManage(property())}
              onClose={() => setEdited(null)}
            />
          )}
        </Show>
      </>
    ),
    List: (props) => {
      const notes = (): Annotation[] => props.series?.points.flatMap((point) => point.notes ?? []) ?? [];
      return (
        <Show when={notes().length > 0}>
          <section
            class="notes"
            aria-label={words.title}
            tabindex="-1"
            ref={(element) => {
              list = element;
            }}
          >
            <ul>
              <For each={notes()}>
                {(note) => (
                  <li class="note">
                    <Icon name="flag" />
                    <span class="note-when">{whenOf(note)}</span>
                    <bdi class="note-text">{note.text}</bdi>
                    <Show when={!note.shared}>
                      <small>{words.personal}</small>
                    </Show>
                    <Show when={mayWrite(note)}>
                      <button
                        type="button"
                        class="link"
                        aria-label={words.editLabel(note.text)}
                        onClick={() => setEdited(note)}
                      >
                        {words.edit}
                      </button>
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          </section>
        </Show>
      );
    },
  };
}
