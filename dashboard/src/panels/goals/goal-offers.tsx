// What visitors already did, each made a goal with one click.
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { createAnswers } from "../../data/answer";
import { formatCount } from "../../data/format";
import { announce } from "../../data/saved/changes";
import { type Offer, type OfferScene, offerQuestions, toOffers } from "../../data/saved/offer";
import { type Goal, goalCalls } from "../../data/saved/requests";
import { Icon } from "../../parts/icon";
import { LoadedBody } from "../../parts/loaded";
import { Bone, Empty } from "../../parts/notice";
import { words } from "../../words/saved/goals";

export function GoalOffers(props: {
  scene: OfferScene;
  goals: readonly Goal[];
  /** The most rows. */
  most?: number;
  /** When it changes, the suggestions load again. */
  tick?: () => unknown;
}): JSX.Element {
  const [added, setAdded] = createSignal("");
  const seen = createAnswers(
    () => props.scene,
    offerQuestions,
    () => props.tick?.(),
  );
  const add = createAction(async ({ draft }: Offer) => {
    await goalCalls.create(props.scene.siteId, draft);
    setAdded(draft.name);
    announce("goals");
  });
  return (
    <>
      <LoadedBody
        loaded={seen}
        failure={words.offersFailed}
        bones={
          <div class="bones">
            <For each={["w60", "w50", "w40"]}>{(width) => <Bone class={width} />}</For>
          </div>
        }
      >
        {(answers) => (
          <ul class="offers" aria-label={words.offers}>
            <For
              each={toOffers(answers(), props.goals).slice(0, props.most)}
              fallback={
                <li>
                  <Empty>{words.noOffers}</Empty>
                </li>
              }
            >
              {(offer) => (
                <li class="offer">
                  <span class="offer-text">
                    <bdi class="value" title={offer.draft.name}>
                      {offer.draft.name}
                    </bdi>
                    <small>
                      {words.kinds[offer.kind].label} ·{" "}
                      {words.offerVisitors(offer.visitors, formatCount(offer.visitors))}
                    </small>
                  </span>
                  <button
                    type="button"
                    class="button button-small"
                    aria-label={words.addLabel(offer.draft.name)}
                    aria-disabled={add.pending()}
                    onClick={() => void add.run(offer)}
                  >
                    <Icon name="plus" />
                    {words.add}
                  </button>
                </li>
              )}
            </For>
          </ul>
        )}
      </LoadedBody>
      <p class="unseen" role="status">
        <Show when={added()}>{(name) => <>{words.added(name())}</>}</Show>
      </p>
      <Show when={add.error()}>
        <p class="submit-error" role="alert">
          {add.error()}
        </p>
      </Show>
    </>
  );
}
