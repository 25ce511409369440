// The scroll reach of a page: a curve, one sentence, and a table.
import { For, type JSX } from "solid-js";
import { formatCount } from "../../data/format";
import { words as heatmaps } from "../../words/heatmaps";
import { medianDepth, toReach } from "./heat";

const words = heatmaps.reach;

export function ReachCurve(props: { reach: readonly number[]; views: number }): JSX.Element {
  const points = () => toReach(props.reach, props.views);
  const line = (): string =>
    points()
      .map(({ depth, share }, index) => `${index ? "L" : "M"}${depth} ${(100 - share).toFixed(1)}`)
      .join("");
  return (
    <figure class="reach">
      <figcaption>
        <h3>{words.title}</h3>
        <p class="panel-note">
          {words.sentence(medianDepth(props.reach, props.views), Math.round(points().at(-1)?.share ?? 0))}
        </p>
      </figcaption>
      <div class="reach-plot" aria-hidden="true">
        <span class="reach-high">{words.percent(100)}</span>
        <span class="reach-half">{words.percent(50)}</span>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <path class="reach-hair" d="M0 0H100M0 50H100M0 100H100" />
          <path class="reach-area" d={`${line()}L100 100L0 100Z`} />
          <path class="reach-line" d={line()} />
        </svg>
        <p class="reach-axis">
          <span>{words.top}</span>
          <span>{words.percent(25)}</span>
          <span>{words.percent(50)}</span>
          <span>{words.percent(75)}</span>
          <span>{words.end}</span>
        </p>
      </div>
      <div class="unseen">
        <table>
          <caption>{words.title}</caption>
          <thead>
            <tr>
              <th scope="col">{words.depth}</th>
              <th scope="col">{words.views}</th>
              <th scope="col">{words.share}</th>
            </tr>
          </thead>
          <tbody>
            <For each={points()}>
              {({ depth, views, share }) => (
                <tr>
                  <th scope="row">{words.percent(depth)}</th>
                  <td>{formatCount(views)}</td>
                  <td>{words.percent(Math.round(share))}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </figure>
  );
}
