// A figure with its label, one of a list.
import type { JSX } from "solid-js";

export const Figure = (props: { label: string; value: JSX.Element }): JSX.Element => (
  <div>
    <dt>{props.label}</dt>
    <dd>{props.value}</dd>
  </div>
);
