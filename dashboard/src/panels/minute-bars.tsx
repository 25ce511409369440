// Page views per minute, the current minute last: bars, the one under the pointer as text, and a table.
import { createSignal, Index, type JSX, Show } from "solid-js";
import { formatCount } from "../data/format";
import { words } from "../words/parts";

export function MinuteBars(props: { minutes: readonly number[]; class?: string }): JSX.Element {
  const [over, setOver] = createSignal<number | null>(null);
  const most = (): number => Math.max(...props.minutes);
  const top = (): number => Math.max(most(), 1);
  const last = (): number => props.minutes.length - 1;
  return (
    <div class={`minutes-figure ${props.class ?? ""}`}>
      <div class="minutes" aria-hidden="true" onPointerLeave={() => setOver(null)}>
        {/* By position: a bar changes its height in place. */}
        <Index each={props.minutes}>
          {(views, index) => (
            <span
              class="minute"
              classList={{ some: views() > 0, running: index === last(), over: index === over() }}
              style={{ "--height": `${(views() / top()) * 100}%` }}
              onPointerEnter={() => setOver(index)}
            />
          )}
        </Index>
      </div>
      <div class="minutes-foot" aria-hidden="true">
        <span>{words.minutes.start(props.minutes.length)}</span>
        <span>
          <Show
            when={over() !== null}
            fallback={most() > 0 ? words.minutes.most(formatCount(most())) : words.minutes.caption}
          >
            <strong>{formatCount(props.minutes[over()!] ?? 0)}</strong> {words.minutes.name(last() - over()!)}
          </Show>
        </span>
        <span>{words.minutes.now}</span>
      </div>
      <div class="unseen">
        <table>
          <caption>{words.minutes.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{words.minutes.minute}</th>
              <th scope="col">{words.minutes.pageViews}</th>
            </tr>
          </thead>
          <tbody>
            <Index each={props.minutes}>
              {(views, index) => (
                <tr>
                  <th scope="row">{words.minutes.name(last() - index)}</th>
                  <td>{views()}</td>
                </tr>
              )}
            </Index>
          </tbody>
        </table>
      </div>
    </div>
  );
}
