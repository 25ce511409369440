// The comparison of the chart with other visitors, with a button that ends it.
import type { JSX } from "solid-js";
import { Icon } from "../../parts/icon";
import { words } from "../../words/saved/segments";

export function VersusChip(props: { name: string; onEnd: () => void }): JSX.Element {
  return (
    <span class="filter versus">
      <span class="filter-text">
        {words.versus} <bdi class="filter-values">{props.name}</bdi>
      </span>
      <button
        type="button"
        class="filter-remove"
        aria-label={words.versusEnd(props.name)}
        onClick={() => props.onEnd()}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}
