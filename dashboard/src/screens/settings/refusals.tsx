// Settings: what arrived in the last seven days and was not counted, and why.
import { For, type JSX, Show } from "solid-js";
import { createLoaded } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadRefusals } from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { LoadedBody } from "../../parts/loaded";
import { Bone, Empty } from "../../parts/notice";
import { TableHeads } from "../../parts/table-heads";

const toWords = (reason: string): string => {
  const words = reason.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export function RefusalSettings(): JSX.Element {
  const { property } = useProperty();
  const refusals = createLoaded(() => property().site_id, loadRefusals);
  return (
    <section class="block">
      <p class="block-note">
        Events of the last seven days that arrived and were left out on purpose. They are not lost by accident, and they
        are not in any number of the reports.
      </p>
      <LoadedBody loaded={refusals} failure="The reasons could not be loaded." bones={<Bone class="w60" />}>
        {(rows) => (
          <Show
            when={rows().length > 0}
            fallback={<Empty>Nothing was left out. Everything that arrived was counted.</Empty>}
          >
            <table class="figures refusals">
              <TableHeads names={["Reason"]} figures={["Events"]} />
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
