// How far down a page its views got: a curve, one sentence, and the table behind them.
import { For, type JSX } from "solid-js";
import { formatCount } from "../../data/format";
import { medianDepth, toReach } from "./heat";

export function ReachCurve(props: { reach: readonly number[]; views: number }): JSX.Element {
  const points = () => toReach(props.reach, props.views);
  const line = (): string =>
    points()
      .map(({ depth, share }, index) => `${index ? "L" : "M"}${depth} ${(100 - share).toFixed(1)}`)
      .join("");
  return (
    <figure class="reach">
      <figcaption>
        <h3>Scroll reach</h3>
        <p class="panel-note">
          Half of the views got <strong>{medianDepth(props.reach, props.views)} %</strong> down the page,{" "}
          <strong>{Math.round(points().at(-1)?.share ?? 0)} %</strong> of them to its end.
        </p>
      </figcaption>
      <div class="reach-plot" aria-hidden="true">
        <span class="reach-high">100 %</span>
        <span class="reach-half">50 %</span>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <path class="reach-hair" d="M0 0H100M0 50H100M0 100H100" />
          <path class="reach-area" d={`${line()}L100 100L0 100Z`} />
          <path class="reach-line" d={line()} />
        </svg>
        <p class="reach-axis">
          <span>Top</span>
          <span>25 %</span>
          <span>50 %</span>
          <span>75 %</span>
          <span>End</span>
        </p>
      </div>
      <div class="unseen">
        <table>
          <caption>Scroll reach</caption>
          <thead>
            <tr>
              <th scope="col">Depth</th>
              <th scope="col">Views</th>
              <th scope="col">Share</th>
            </tr>
          </thead>
          <tbody>
            <For each={points()}>
              {({ depth, views, share }) => (
                <tr>
                  <th scope="row">{depth} %</th>
                  <td>{formatCount(views)}</td>
                  <td>{Math.round(share)} %</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </figure>
  );
}
