// Networks as rows with their figures. A row opens to show its pages.
import { createSignal, For, type JSX, Show } from "solid-js";
import type { Filters } from "../../data/filters/use-filters";
import { formatAgo, formatCount, NOTHING } from "../../data/format";
import { countryName } from "../../data/naming";
import type { Screen } from "../../frame/screen";
import { FilterLink } from "../../panels/filter-link";
import { Icon } from "../../parts/icon";
import { TableHeads } from "../../parts/table-heads";
import { words } from "../../words/networks";
import { words as parts } from "../../words/parts";
import type { NetworkRow } from "./choice";

const STANDARD_ROWS = 25;

/** From the smallest to the largest, as in postal addresses. */
const placeOf = ({ place: { city, region, country } }: NetworkRow): string =>
  [city, region === city ? null : region, country === null ? null : countryName(country)].filter(Boolean).join(", ") ||
  NOTHING;

export function NetworkTable(props: { rows: readonly NetworkRow[]; screen: Screen }): JSX.Element {
  const filters = props.screen.filters!;
  const [isOpen, setOpen] = createSignal(false);
  const shown = (): readonly NetworkRow[] => (isOpen() ? props.rows : props.rows.slice(0, STANDARD_ROWS));
  const isChosen = ({ network }: NetworkRow): boolean => props.screen.param("network") === network;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls on a phone, so a keyboard must reach it */}
      <div class="wide-table" tabindex="0" role="region" aria-label={words.tableLabel}>
        <table class="figures network-table">
          <caption class="unseen">{words.caption}</caption>
          <TableHeads
            names={[words.network, words.type, words.place]}
            figures={[parts.visitors, parts.visits, parts.pageViews, words.lastSeen]}
          />
          <tbody>
            <For each={shown()}>
              {(row) => (
                <>
                  <tr classList={{ "row-chosen": isChosen(row) }}>
                    <th scope="row" class="wide-name">
                      <FilterLink filters={filters} dimension="visit:network" value={row.network} />
                      <button
                        type="button"
                        class="row-more"
                        onClick={() => props.screen.change({ network: isChosen(row) ? undefined : row.network })}
                        aria-label={words.pagesOf(row.network)}
                        title={words.details}
                        aria-expanded={isChosen(row)}
                      >
                        <Icon name={isChosen(row) ? "down" : "right"} />
                      </button>
                    </th>
                    <td class="wide-name">
                      <FilterLink filters={filters} dimension="visit:network_type" value={row.network_type} />
                    </td>
                    <td class="wide-name" title={placeOf(row)}>
                      {placeOf(row)}
                    </td>
                    <td class="number">{formatCount(row.visitors)}</td>
                    <td class="number">{formatCount(row.visits)}</td>
                    <td class="number">{formatCount(row.pageviews)}</td>
                    <td class="number">
                      {row.last_seen === null ? NOTHING : formatAgo(Date.parse(row.last_seen), Date.now())}
                    </td>
                  </tr>
                  <Show when={isChosen(row)}>
                    <tr class="network-pages">
                      <td colspan="7">
                        <Pages row={row} filters={filters} />
                      </td>
                    </tr>
                  </Show>
                </>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={!isOpen() && props.rows.length > STANDARD_ROWS}>
        <div class="panel-foot">
          <button type="button" class="button button-small button-quiet" onClick={() => setOpen(true)}>
            {parts.showAll(formatCount(props.rows.length))}
            <span class="unseen">{words.showAllNetworkCount}</span>
          </button>
        </div>
      </Show>
    </>
  );
}

const Pages = (props: { row: NetworkRow; filters: Filters }): JSX.Element => (
  <Show when={props.row.pages.length > 0} fallback={<p class="panel-note">{words.noPages}</p>}>
    <p class="panel-note">
      {placeOf(props.row) === NOTHING ? words.topPages : words.topPagesFrom(placeOf(props.row))}
      <Show when={props.row.asn}>{(asn) => <small> {words.asNumber(asn())}</small>}</Show>
    </p>
    <ol class="network-page-list" aria-label={words.pagesOf(props.row.network)}>
      <For each={props.row.pages}>
        {({ page, pageviews }) => (
          <li>
            <FilterLink filters={props.filters} dimension="event:page" value={page} />
            <span>{formatCount(pageviews)}</span>
          </li>
        )}
      </For>
    </ol>
  </Show>
);
