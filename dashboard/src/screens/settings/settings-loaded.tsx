// The settings of a property for a section: loaded, or a skeleton or an error.
import { type JSX, Show } from "solid-js";
import { createLoaded } from "../../data/answer";
import { useProperty } from "../../frame/property-frame";
import { Bones } from "../../frame/screen";
import { Failure } from "../../parts/notice";
import { words } from "../../words/settings";
import { loadSettings, type PropertySettings } from "./requests";

/**
 * Creates the children once, from the first settings, so that a reload does not replace a form that someone is typing
 * into.
 */
export function SettingsLoaded(props: { children: (settings: PropertySettings) => JSX.Element }): JSX.Element {
  const { property } = useProperty();
  const settings = createLoaded(() => property().site_id, loadSettings);
  return (
    <Show
      when={settings.value()}
      fallback={
        <section class="block" aria-busy={settings.state() !== "error"}>
          <Show when={settings.state() === "error"} fallback={<Bones count={5} />}>
            <Failure what={words.loadFailed} error={settings.error()} onRetry={settings.retry} />
          </Show>
        </section>
      }
      keyed
    >
      {(value) => props.children(value)}
    </Show>
  );
}
