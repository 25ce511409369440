// A live panel: visitors of the last 30 minutes by one dimension.
import { createMemo, For, type JSX, Show } from "solid-js";
import type { Loaded } from "../../data/answer";
import { type Filter, withOnly, writeFilters } from "../../data/filters/filter";
import { useFilters } from "../../data/filters/use-filters";
import { formatCount } from "../../data/format";
import { valueName } from "../../data/naming";
import type { DimensionName } from "../../data/panel";
import type { LivePicture } from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { ValueName } from "../../panels/value-cell";
import { Bone, Empty } from "../../parts/notice";
import { words } from "../../words/parts";
import { words as realtime } from "../../words/realtime";

/** The lists of the picture that count visitors. */
type RowList = "pages" | "sources" | "countries" | "devices";

export function LiveRows(props: {
  live: Loaded<LivePicture>;
  list: RowList;
  title: string;
  dimension: DimensionName;
  /** The name of the rows in the column head. */
  column: string;
  empty: string;
}): JSX.Element {
  const id = `live-${props.list}`;
  return (
    <section class={`panel live-panel live-${props.list}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{props.title}</h2>
      </header>
      <div class="panel-body">
        <Show when={props.live.value()} fallback={<LiveBones live={props.live} />}>
          {(now) => (
            <Show when={now()[props.list].length > 0} fallback={<Empty>{props.empty}</Empty>}>
              <RowTable rows={now()[props.list]} dimension={props.dimension} column={props.column} />
            </Show>
          )}
        </Show>
      </div>
    </section>
  );
}

/** The overview of today under these filters: a live picture has no filters of its own. */
const todayWith = (siteId: string, filters: readonly Filter[]): string =>
  `/p/${siteId}?${new URLSearchParams({ period: "day", f: writeFilters(filters) ?? "" })}`;

function RowTable(props: {
  rows: readonly { value: string; visitors: number }[];
  dimension: DimensionName;
  column: string;
}): JSX.Element {
  const { property } = useProperty();
  const filters = useFilters();
  const top = createMemo(() => Math.max(...props.rows.map((row) => row.visitors), 1));
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">{props.column}</th>
          <th scope="col" class="number">
            {words.visitors}
          </th>
        </tr>
      </thead>
      <tbody>
        <For each={props.rows}>
          {(row) => (
            <tr>
              <th scope="row" class="row-name" style={{ "--share": `${(row.visitors / top()) * 100}%` }}>
                <a
                  class="row-text row-filter"
                  href={todayWith(property().site_id, withOnly(filters.list(), props.dimension, row.value))}
                  title={realtime.today(valueName(props.dimension, row.value))}
                >
                  <ValueName dimension={props.dimension} value={row.value} />
                </a>
              </th>
              <td class="number">{formatCount(row.visitors)}</td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}

const BONES = ["w80", "w60", "w40", "w30", "w20"];

/** Skeleton of a live panel until the first picture arrives; nothing if there will be none. */
export const LiveBones = (props: { live: Pick<Loaded<unknown>, "state"> }): JSX.Element => (
  <Show when={props.live.state() !== "error"}>
    <div class="bones">
      <For each={BONES}>{(width) => <Bone class={width} />}</For>
    </div>
  </Show>
);
