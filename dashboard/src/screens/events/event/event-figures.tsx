// The figures of an event: how often, by how many, and what it earned if it has revenue.
import type { Accessor, JSX } from "solid-js";
import { Show } from "solid-js";
import { createAnswer } from "../../../data/answer";
import { formatAmounts, formatMoney, isMoney } from "../../../data/detail/money";
import { formatCount } from "../../../data/format";
import { Figure } from "../../../parts/figure";
import { LoadedBody } from "../../../parts/loaded";
import { Bone } from "../../../parts/notice";
import { words } from "../../../words/detail/events";
import { words as parts } from "../../../words/parts";
import { type EventScene, figuresQuestion } from "./questions";

export function EventFigures(props: { scene: EventScene; tick: Accessor<unknown> }): JSX.Element {
  const answer = createAnswer(() => props.scene, figuresQuestion, props.tick);
  return (
    <LoadedBody loaded={answer} failure={words.figuresFailed} bones={<Bone class="bone-tally" />}>
      {(value) => {
        const metrics = (): readonly unknown[] => value().results[0]?.metrics ?? [];
        const count = (at: number): string => formatCount(Number(metrics()[at] ?? 0));
        /** Null if no event has revenue. */
        const money = (at: number): string | null => {
          const amount = metrics()[at];
          // Without an average there was no purchase, whatever the currency of the total.
          return isMoney(amount) && isMoney(metrics()[3]) ? formatMoney(amount, "short") : null;
        };
        return (
          <>
            <dl class="tally">
              <Figure label={parts.events} value={count(0)} />
              <Figure label={parts.visitors} value={count(1)} />
              <Show when={money(2)}>{(total) => <Figure label={words.revenue} value={total()} />}</Show>
              <Show when={money(3)}>{(average) => <Figure label={words.average} value={average()} />}</Show>
            </dl>
            <Show when={value().meta.unconverted_revenue}>
              {(amounts) => <p class="panel-note">{words.unconverted(formatAmounts(amounts()))}</p>}
            </Show>
          </>
        );
      }}
    </LoadedBody>
  );
}
