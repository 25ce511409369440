// The frame of the three setup steps, up to the first event.
import { For, type JSX } from "solid-js";
import { Bar } from "../frame/bar";
import { words } from "../words/forms";
import { words as frame } from "../words/frame";

const STEPS = words.stepNames;

export function Steps(props: { at: 1 | 2 | 3; lead: JSX.Element; children: JSX.Element }): JSX.Element {
  document.title = frame.pageTitle(STEPS[props.at - 1]!);
  return (
    <>
      <Bar />
      <main class="steps">
        <ol class="steps-list" aria-label={words.steps}>
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
