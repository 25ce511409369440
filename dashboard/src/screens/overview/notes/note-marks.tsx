// The marks of annotations on the chart. Marks that would overlap are one.
import { createMemo, For, type JSX } from "solid-js";
import type { Places } from "../../../chart/places";
import { formatBucket } from "../../../data/format";
import type { Annotation } from "../../../data/saved/requests";
import type { Series } from "../../../data/series";
import { Icon } from "../../../parts/icon";
import { words } from "../../../words/saved/annotations";

/** The width of a mark, with a gap. */
const WIDTH = 26;

interface Mark {
  x: number;
  label: string;
  notes: readonly Annotation[];
}

export function toMarks({ points }: Series, { xs }: Places): Mark[] {
  const marks: Mark[] = [];
  for (const [index, { label, notes = [] }] of points.entries()) {
    const [x, last] = [xs[index], marks.at(-1)];
    if (notes.length === 0 || x === undefined) continue;
    if (last && x - last.x < WIDTH) last.notes = [...last.notes, ...notes];
    else marks.push({ x, label, notes });
  }
  return marks;
}

export function NoteMarks(props: {
  series: Series;
  places: Places;
  onPick: (notes: readonly Annotation[]) => void;
}): JSX.Element {
  const marks = createMemo(() => toMarks(props.series, props.places));
  const textOf = ({ label, notes }: Mark): string =>
    words.mark(
      formatBucket(label, props.series.interval),
      notes.map(({ text }) => text),
    );
  return (
    <For each={marks()}>
      {(mark) => (
        <button
          type="button"
          class="note-mark"
          style={{ "--x": `${mark.x}px`, "--top": `${props.places.top}px`, "--bottom": `${props.places.bottom}px` }}
          aria-label={textOf(mark)}
          title={textOf(mark)}
          onClick={() => props.onPick(mark.notes)}
        >
          <Icon name="flag" />
        </button>
      )}
    </For>
  );
}
