// The name of a row as a link that filters the page by its value. A second click takes the filter away.
import type { JSX } from "solid-js";
import { OTHER } from "../../../workers/domain/counts/value";
import type { Filters } from "../data/filters/use-filters";
import { valueName } from "../data/naming";
import { words } from "../words/filters";
import { words as panels } from "../words/panels";
import { ValueName } from "./value-cell";

export function FilterLink(props: {
  filters: Filters;
  dimension: string;
  value: string | null;
  /** The name of a value that is an id. */
  name?: string;
  /** Shown instead of the value's name. */
  children?: JSX.Element;
}): JSX.Element {
  const isChosen = (): boolean => props.value !== null && props.filters.isChosen(props.dimension, props.value);
  const name = (): string => props.name ?? valueName(props.dimension, props.value);
  const shown = (): JSX.Element => props.children ?? <ValueName dimension={props.dimension} value={props.value} />;
  const isRest = (): boolean => props.value === OTHER;
  return props.value === null || isRest() ? (
    <span class="row-text" title={isRest() ? panels.restHint : undefined}>
      {isRest() ? panels.rest : shown()}
    </span>
  ) : (
    <a
      class="row-text row-filter"
      href={props.filters.hrefOf(props.dimension, props.value)}
      noScroll
      aria-current={isChosen() ? "true" : undefined}
      title={isChosen() ? words.row.remove(name()) : words.row.add(name())}
    >
      {shown()}
    </a>
  );
}
