// The lower part of the overview. It loads when it is scrolled into view, so the first load stays small.
import { type Accessor, createSignal, type JSX, onCleanup, onMount, Show } from "solid-js";
import type { Scene } from "../../../data/question";
import { onDemand } from "../../../panels/on-demand";
import { words } from "../../../words/detail/more";

const Panels = onDemand(() => import("./more-panels").then((part) => part.MorePanels));

/** Pixels below the window at which loading begins. */
const MARGIN = "200px";

export function More(props: { scene: Scene; tick: Accessor<unknown> }): JSX.Element {
  const [isNear, setNear] = createSignal(false);
  let place!: HTMLElement;
  onMount(() => {
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        setNear(true);
        watch.disconnect();
      },
      { rootMargin: MARGIN },
    );
    watch.observe(place);
    onCleanup(() => watch.disconnect());
  });
  return (
    <section class="more" ref={place} aria-labelledby="overview-more">
      <h2 class="unseen" id="overview-more">
        {words.title}
      </h2>
      <Show when={isNear()}>
        <Panels scene={props.scene} tick={props.tick} />
      </Show>
    </section>
  );
}
