// The sheet under `?`: every active shortcut of this page.
import { For, type JSX } from "solid-js";
import { shortcutGroups } from "../data/shortcut";
import { Dialog } from "../parts/dialog";
import { words } from "../words/frame";

export function ShortcutSheet(props: { onClose: () => void }): JSX.Element {
  return (
    <Dialog title={words.bar.shortcuts} onClose={props.onClose}>
      <div class="sheet">
        <For each={shortcutGroups().reverse()}>
          {(group) => (
            <section>
              <h3>{group.title}</h3>
              <dl>
                <For each={group.shortcuts}>
                  {(shortcut) => (
                    <div class="sheet-row">
                      <dt>{shortcut.label}</dt>
                      <dd>
                        <kbd>{words.keys[shortcut.key] ?? shortcut.key}</kbd>
                      </dd>
                    </div>
                  )}
                </For>
              </dl>
            </section>
          )}
        </For>
      </div>
    </Dialog>
  );
}
