// A line without axes: the shape of a few numbers. The text next to it has the values.
import { createMemo, type JSX } from "solid-js";

const WIDTH = 120;
const HEIGHT = 32;
const INSET = 2;

export function Sparkline(props: { values: readonly number[] }): JSX.Element {
  const points = createMemo(() => {
    const top = Math.max(...props.values, 1);
    const step = (WIDTH - 2 * INSET) / Math.max(props.values.length - 1, 1);
    return props.values.map(
      (value, index) => [INSET + index * step, HEIGHT - INSET - (value / top) * (HEIGHT - 2 * INSET)] as const,
    );
  });
  const line = (): string =>
    points()
      .map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="sparkline-area" d={`${line()}L${WIDTH - INSET} ${HEIGHT}L${INSET} ${HEIGHT}Z`} />
      <path class="sparkline-line" d={line()} />
    </svg>
  );
}
