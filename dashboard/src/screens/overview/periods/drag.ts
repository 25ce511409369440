// The buckets that a pointer chooses on the chart: one by a click, several by a drag.
import { type Accessor, createSignal, onCleanup } from "solid-js";
import type { LineChart } from "../../../chart/line-chart";

/** Pixels that a click may move. */
const STILL = 4;

export interface Drag {
  handlers: {
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: (event: PointerEvent) => void;
    onPointerCancel: () => void;
  };
  /** The chosen part of the chart, in pixels from its left, while the pointer is down. */
  chosen: Accessor<{ from: number; to: number } | null>;
  /** True after a touch: a finger first shows the values, and clicks with the next tap. */
  isTouched: Accessor<boolean>;
}

interface Start {
  x: number;
  index: number;
}

/**
 * @param onChoose called after a drag, with the first and the last bucket.
 * @param onClick called after a click, or the second tap, with its bucket.
 */
export function createDrag(
  chart: Accessor<LineChart | undefined>,
  onChoose: (first: number, last: number) => void,
  onClick: (index: number) => void,
): Drag {
  const [start, setStart] = createSignal<Start | null>(null);
  const [end, setEnd] = createSignal<number | null>(null);
  const [isTouched, setTouched] = createSignal(false);
  let tapped: number | null = null;

  const stop = (): void => {
    setStart(null);
    setEnd(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || end() === null) return;
    event.preventDefault();
    stop();
  };
  // Before the page's shortcuts, of which Escape is one.
  document.addEventListener("keydown", onKeyDown, true);
  onCleanup(() => document.removeEventListener("keydown", onKeyDown, true));

  const ends = (): [number, number] | null => {
    const [from, to] = [start()?.index, end()];
    return from === undefined || to === null ? null : [Math.min(from, to), Math.max(from, to)];
  };
  return {
    chosen: () => {
      const [both, drawn] = [ends(), chart()];
      return both && drawn ? { from: drawn.edgeOf(both[0]), to: drawn.edgeOf(both[1] + 1) } : null;
    },
    isTouched,
    handlers: {
      onPointerDown(event) {
        setTouched(event.pointerType === "touch");
        const index = chart()?.indexAt(event.offsetX) ?? null;
        if (event.button === 0 && event.isPrimary && index !== null) setStart({ x: event.offsetX, index });
      },
      onPointerMove(event) {
        const from = start();
        if (!from || (end() === null && Math.abs(event.offsetX - from.x) <= STILL)) return;
        (event.target as Element).setPointerCapture(event.pointerId);
        setEnd(chart()?.indexAt(event.offsetX) ?? null);
      },
      onPointerUp() {
        const [from, both] = [start(), ends()];
        stop();
        if (both) onChoose(...both);
        else if (from && (!isTouched() || tapped === from.index)) onClick(from.index);
        tapped = from?.index ?? null;
      },
      onPointerCancel: stop,
    },
  };
}
