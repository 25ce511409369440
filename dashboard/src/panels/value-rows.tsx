// Rows of values: a name on a bar, figures on the right, and a click that filters the screen.
import { createSignal, For, type JSX, Show } from "solid-js";
import { formatCount } from "../data/format";
import { words } from "../words/parts";

export interface ValueRow {
  name: string;
  /** Shown in a lighter colour after the name. */
  hint?: string;
  /** Length of the bar, 0 to 1. */
  share: number;
  figures: readonly JSX.Element[];
  /** Target of a click. */
  href?: string;
  /** True for the row that the screen is filtered by. */
  chosen?: boolean;
}

/** Rows shown before "show all". */
const STANDARD_ROWS = 9;

export function ValueRows(props: {
  /** The caption of the table, for screen readers. */
  caption: string;
  head: string;
  columns: readonly string[];
  rows: readonly ValueRow[];
  limit?: number;
}): JSX.Element {
  const [isOpen, setOpen] = createSignal(false);
  const limit = (): number => props.limit ?? STANDARD_ROWS;
  const shown = (): readonly ValueRow[] => (isOpen() ? props.rows : props.rows.slice(0, limit()));
  return (
    <>
      <table class="rows">
        <caption class="unseen">{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{props.head}</th>
            <For each={props.columns}>
              {(column) => (
                <th scope="col" class="number">
                  {column}
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={shown()}>
            {(row) => (
              <tr classList={{ "row-chosen": row.chosen }}>
                <th scope="row" class="row-name" style={{ "--share": `${row.share * 100}%` }}>
                  <Show
                    when={row.href}
                    fallback={
                      <span class="row-text">
                        <Name row={row} />
                      </span>
                    }
                  >
                    {(href) => (
                      <a
                        class="row-text row-link"
                        href={href()}
                        noScroll
                        aria-current={row.chosen ? "true" : undefined}
                      >
                        <Name row={row} />
                      </a>
                    )}
                  </Show>
                </th>
                <For each={row.figures}>{(figure) => <td class="number">{figure}</td>}</For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={!isOpen() && props.rows.length > limit()}>
        <div class="panel-foot">
          <button type="button" class="button button-small button-quiet" onClick={() => setOpen(true)}>
            {words.showAll(formatCount(props.rows.length))}
            <span class="unseen">{words.showAllOf(props.caption)}</span>
          </button>
        </div>
      </Show>
    </>
  );
}

const Name = (props: { row: ValueRow }): JSX.Element => (
  <span class="value" title={props.row.name}>
    {props.row.name}
    <Show when={props.row.hint}>
      {" "}
      <small>{props.row.hint}</small>
    </Show>
  </span>
);

/** Values with their counts as rows. The first has the full bar. */
export function toValueRows(
  values: readonly { value: string; events: number }[],
  name: (value: string) => string = (value) => value,
): ValueRow[] {
  const top = Math.max(1, ...values.map(({ events }) => events));
  return values.map(({ value, events }) => ({
    name: name(value),
    share: events / top,
    figures: [formatCount(events)],
  }));
}
