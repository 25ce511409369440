// The events of the overview: the site's own first, and the automatic ones in a group that opens on request.
import { createMemo, type JSX, Show } from "solid-js";
import { splitEvents } from "../../data/saved/event-order";
import { words } from "../../words/overview";
import { BreakdownRows, type RowsProps } from "./breakdown-rows";

/** Automatic events are the most frequent, so that more rows are asked for than are shown. */
export const MOST_EVENTS = 100;
const OWN_ROWS = 8;

export function EventRows(props: RowsProps): JSX.Element {
  const events = createMemo(() => splitEvents(props.rows, (row) => row.dimensions[0] ?? null));
  return (
    <>
      <Show when={events().own.length > 0} fallback={<p class="panel-note">{words.noOwnEvents}</p>}>
        <BreakdownRows {...props} rows={events().own.slice(0, OWN_ROWS)} />
      </Show>
      <Show when={events().automatic.length > 0}>
        <details class="automatic">
          <summary>{words.automaticEvents(events().automatic.length)}</summary>
          <BreakdownRows {...props} rows={events().automatic} class="rows-automatic" />
        </details>
      </Show>
    </>
  );
}
