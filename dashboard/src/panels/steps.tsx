// The frame of the three steps from nothing to the first event.
import { For, type JSX } from "solid-js";
import { Bar } from "../frame/bar";

const STEPS = ["Create a property", "Set up its data stream", "Install the tag"] as const;

export function Steps(props: { at: 1 | 2 | 3; lead: JSX.Element; children: JSX.Element }): JSX.Element {
  document.title = `${STEPS[props.at - 1]} · TrackKit`;
  return (
    <>
      <Bar />
      <main class="steps">
        <ol class="steps-list" aria-label="Steps">
          <For each={STEPS}>
            {(step, index) => (
              <li
                aria-current={index() + 1 === props.at ? "step" : undefined}
                classList={{ "step-done": index() + 1 < props.at }}
              >
                <span class="step-number">{index() + 1}</span>
                <span class="step-name">{step}</span>
              </li>
            )}
          </For>
        </ol>
        <div class="steps-body">
          <h1>{STEPS[props.at - 1]}</h1>
          <p class="lead">{props.lead}</p>
          {props.children}
        </div>
      </main>
    </>
  );
}
