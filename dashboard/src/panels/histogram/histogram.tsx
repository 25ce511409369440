// A histogram: a bar per bucket with its share, and a table with the values.
import { For, type JSX, Show } from "solid-js";
import { formatCount, formatShare } from "../../data/format";
import { Empty } from "../../parts/notice";
import { words } from "../../words/panels";
import type { HistogramBucket } from "./buckets";
import "./histogram.css";

export interface HistogramProps {
  /** The caption of the table, such as "Visits by duration". */
  title: string;
  /** The name of the buckets, such as "Visit duration". */
  head: string;
  /** The name of the values, such as "Visits". */
  metric: string;
  buckets: readonly HistogramBucket[];
  /** Default: as a count. */
  format?: (value: number) => string;
  /** The target of a click on a bucket. */
  hrefOf?: (label: string) => string | undefined;
  /** The bucket that the screen is filtered by. */
  chosen?: string | undefined;
}

export function Histogram(props: HistogramProps): JSX.Element {
  const most = (): number => Math.max(0, ...props.buckets.map(({ share }) => share));
  const format = (value: number): string => (props.format ?? formatCount)(value);
  return (
    <Show when={most() > 0} fallback={<Empty>{words.histogram.none}</Empty>}>
      {/* A table whose rows stand side by side: a bar is as high as its share of the highest. */}
      <table class="histogram">
        <caption class="unseen">{props.title}</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">{props.head}</th>
            <th scope="col">{props.metric}</th>
            <th scope="col">{words.histogram.share}</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.buckets}>
            {({ label, value, share }) => (
              <tr
                classList={{ some: value > 0, chosen: props.chosen === label }}
                style={{ "--height": `${(share / most()) * 100}%` }}
                title={`${label}: ${format(value)}`}
              >
                <th scope="row">
                  <Show when={props.hrefOf?.(label)} fallback={label}>
                    {(href) => (
                      <a href={href()} noScroll aria-current={props.chosen === label ? "true" : undefined}>
                        {label}
                      </a>
                    )}
                  </Show>
                </th>
                <td class="histogram-value">{format(value)}</td>
                <td class="histogram-share">{formatShare(share, 1)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </Show>
  );
}
