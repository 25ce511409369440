// The trend as a line: the canvas, the values under the pointer as text, and the buckets that the pointer chooses.
import { createEffect, createSignal, type JSX, onCleanup, onMount, Show } from "solid-js";
import type { Hover, LineChart, Picture } from "../../chart/line-chart";
import type { Places } from "../../chart/places";
import { formatBucket } from "../../data/format";
import type { Period } from "../../data/period";
import { formatCharted } from "../../data/saved/charted";
import { metricLabel } from "../../data/saved/conversion";
import type { Annotation } from "../../data/saved/requests";
import type { Point } from "../../data/series";
import { isDark } from "../../data/theme";
import { words } from "../../words/overview";
import { words as notes } from "../../words/saved/annotations";
import { NoteMarks } from "./notes/note-marks";
import { type BucketChoice, BucketMenu } from "./periods/bucket-menu";
import { createDrag } from "./periods/drag";
import { TipRows } from "./trend-tip";

export function TrendLine(props: {
  picture: Picture;
  /** The period of the buckets from one to another; null if it cannot be opened. */
  periodOf: (first: number, last: number) => Period | null;
  onPeriod: (period: Period) => void;
  onNotes: (notes: readonly Annotation[]) => void;
  /** Adds an annotation at a bucket. */
  onAdd: (label: string) => void;
}): JSX.Element {
  const [chart, setChart] = createSignal<LineChart>();
  const [hover, setHover] = createSignal<Hover | null>(null);
  const [places, setPlaces] = createSignal<Places>();
  let canvas!: HTMLCanvasElement;
  let isGone = false;

  // Chart.js is the largest dependency, so it loads after the page has shown its figures.
  onMount(async () => {
    const { createLineChart } = await import("../../chart/line-chart");
    if (!isGone) setChart(createLineChart(canvas, setHover, setPlaces));
  });
  onCleanup(() => {
    isGone = true;
    chart()?.destroy();
  });
  createEffect(() => {
    isDark();
    chart()?.show(props.picture);
  });

  const points = (): readonly Point[] => props.picture.series.points;
  const show = (first: number, last: number): void => {
    const period = props.periodOf(first, last);
    if (period) props.onPeriod(period);
  };
  const [menu, setMenu] = createSignal<{ index: number; label: string; x: number } | null>(null);
  const openMenu = (index: number): void => {
    const [label, x] = [points()[index]?.label, places()?.xs[index]];
    if (label !== undefined && x !== undefined) setMenu({ index, label, x });
  };
  /** @param isBack false if the focus is elsewhere already. */
  const closeMenu = (isBack: boolean): void => {
    setMenu(null);
    if (!isByKeys()) return;
    if (isBack) keys.focus();
    else leave();
  };
  // Another period has other buckets.
  createEffect(() => {
    const open = menu();
    if (open && points()[open.index]?.label !== open.label) setMenu(null);
  });
  createEffect(() => chart()?.point(menu()?.index ?? (isByKeys() ? (hover()?.index ?? null) : null)));

  const drag = createDrag(chart, show, (index) => {
    setByKeys(false);
    openMenu(index);
  });
  const hovered = (): Point | undefined => points()[hover()?.index ?? -1];

  /** The keyboard goes from bucket to bucket, as the pointer does. */
  let keys!: HTMLDivElement;
  const [isByKeys, setByKeys] = createSignal(false);
  const at = (): number =>
    hover()?.index ??
    Math.max(
      0,
      points().findLastIndex((point) => point.value !== null),
    );
  const leave = (): void => {
    setByKeys(false);
    setHover(null);
  };
  const moveTo = (index: number): void => {
    const x = places()?.xs[index];
    if (x !== undefined) setHover({ index, x });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const last = points().length - 1;
    const next = {
      ArrowLeft: at() - 1,
      ArrowDown: at() - 1,
      ArrowRight: at() + 1,
      ArrowUp: at() + 1,
      PageDown: at() - 7,
      PageUp: at() + 7,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Enter" || event.key === " ") openMenu(at());
    else if (next !== undefined) moveTo(Math.min(last, Math.max(0, next)));
    else return;
    event.preventDefault();
  };
  const choices = (index: number, label: string): BucketChoice[] => [
    ...(props.periodOf(index, index)
      ? [
          {
            icon: "calendar",
            text: words.trend.show[props.picture.series.interval],
            onPick: () => show(index, index),
          } as const,
        ]
      : []),
    { icon: "flag", text: notes.add, onPick: () => props.onAdd(label) },
  ];
  const label = (): string => metricLabel(props.picture.metric);
  const textAt = (index: number): string => {
    const point = points()[index];
    return point
      ? words.trend.pointText(
          formatBucket(point.label, props.picture.series.interval),
          formatCharted(props.picture.metric, point.value, props.picture.series.currency ?? null, "exact"),
        )
      : "";
  };
  return (
    <>
      <canvas
        ref={canvas}
        class="trend-opens"
        role="img"
        aria-label={words.trend.chartLabel(label())}
        {...drag.handlers}
      />
      {/* biome-ignore lint/a11y/useFocusableInteractive: Biome knows only React's spelling of tabindex */}
      <div
        ref={keys}
        class="trend-keys"
        role="slider"
        tabindex="0"
        aria-label={words.trend.point(label())}
        aria-haspopup="menu"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, points().length - 1)}
        aria-valuenow={at()}
        aria-valuetext={textAt(at())}
        onFocus={() => {
          setByKeys(true);
          moveTo(at());
        }}
        onBlur={() => menu() ?? leave()}
        onKeyDown={onKeyDown}
      />
      <Show when={drag.chosen()}>
        {(chosen) => (
          <div
            class="trend-chosen"
            style={{ "--from": `${chosen().from}px`, "--to": `${chosen().to}px` }}
            aria-hidden="true"
          />
        )}
      </Show>
      <Show when={places()}>
        {(at) => <NoteMarks series={props.picture.series} places={at()} onPick={props.onNotes} />}
      </Show>
      <Show when={menu()} keyed>
        {(open) => (
          <BucketMenu
            title={formatBucket(open.label, props.picture.series.interval)}
            x={open.x}
            isLeft={open.x > canvas.clientWidth / 2}
            choices={choices(open.index, open.label)}
            onClose={closeMenu}
          />
        )}
      </Show>
      <Show when={!drag.chosen() && !menu() && hovered()}>
        {(point) => (
          <div
            class="tip"
            classList={{ "tip-left": (hover()?.x ?? 0) > canvas.clientWidth / 2 }}
            style={{ "--x": `${hover()?.x ?? 0}px` }}
            aria-hidden="true"
          >
            <TipRows point={point()} picture={props.picture} index={hover()?.index ?? 0} />
            <div class="tip-row">
              {isByKeys() ? words.trend.enterToChoose : drag.isTouched() ? words.trend.tapToChoose : words.trend.choose}
            </div>
          </div>
        )}
      </Show>
    </>
  );
}
