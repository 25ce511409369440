// The name of a dimension's value in rows: with a flag for countries, and the rest of a long path on hover.
import { type JSX, Show } from "solid-js";
import { flagOf, isAbsent, valueName } from "../data/naming";

let drawn: boolean | undefined;

/** Some systems draw two boxed letters instead of a flag. Plain letters in our font look better. */
function drawsFlags(): boolean {
  if (drawn === undefined) {
    const brush = document.createElement("canvas").getContext("2d");
    if (brush) brush.font = "16px sans-serif";
    drawn = brush !== null && brush.measureText("🇨🇭").width < brush.measureText("🇨").width * 1.5;
  }
  return drawn;
}

export function ValueName(props: { dimension: string; value: string | null }): JSX.Element {
  const flag = (): string | null => (props.dimension === "visit:country" ? flagOf(props.value) : null);
  const name = (): string => valueName(props.dimension, props.value);
  return (
    <>
      <Show when={flag()}>
        <span class="flag" classList={{ "flag-letters": !drawsFlags() }} aria-hidden="true">
          {drawsFlags() ? flag() : props.value}
        </span>
      </Show>
      <span class="value" classList={{ absent: isAbsent(props.dimension, props.value) }} title={name()}>
        {name()}
      </span>
    </>
  );
}
