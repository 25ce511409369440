// Settings: the events excluded in the last seven days, by reason.
import { For, type JSX, Show } from "solid-js";
import { createLoaded } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadRefusals } from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { LoadedBody } from "../../parts/loaded";
import { Bone, Empty } from "../../parts/notice";
import { TableHeads } from "../../parts/table-heads";
import { words as parts } from "../../words/parts";
import { excluded as words } from "../../words/settings";

const DAYS = 7;

const toWords = (reason: string): string => {
  const words = reason.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export function RefusalSettings(): JSX.Element {
  const { property } = useProperty();
  const refusals = createLoaded(() => ({ siteId: property().site_id, days: DAYS }), loadRefusals);
  return (
    <section class="block">
      <p class="block-note">{words.lead}</p>
      <LoadedBody loaded={refusals} failure={words.loadFailed} bones={<Bone class="w60" />}>
        {(rows) => (
          <Show when={rows().length > 0} fallback={<Empty>{words.none}</Empty>}>
            <table class="figures refusals">
              <TableHeads names={[words.reason]} figures={[parts.events]} />
              <tbody>
                <For each={rows()}>
                  {(row) => (
                    <tr>
                      <th scope="row">
                        <strong>{toWords(row.reason)}</strong>
                        <small>{row.meaning}</small>
                      </th>
                      <td class="number">{formatCount(row.count)}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </Show>
        )}
      </LoadedBody>
    </section>
  );
}
