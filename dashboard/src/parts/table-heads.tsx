// The head of a table: column names, right-aligned for figures.
import { For, type JSX } from "solid-js";

export function TableHeads(props: { names: readonly string[]; figures: readonly string[] }): JSX.Element {
  return (
    <thead>
      <tr>
        <For each={props.names}>{(name) => <th scope="col">{name}</th>}</For>
        <For each={props.figures}>
          {(name) => (
            <th scope="col" class="number">
              {name}
            </th>
          )}
        </For>
      </tr>
    </thead>
  );
}
