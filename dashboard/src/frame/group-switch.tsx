// Shows pages one by one, or by path group.
import { A } from "@solidjs/router";
import { createMemo, type JSX, Show } from "solid-js";
import { createLoaded } from "../data/answer";
import { versionOf } from "../data/saved/changes";
import { loadPathGroups } from "../data/saved/requests";
import { canManage } from "../data/saved/rights";
import { words } from "../words/overview";
import { useProperty } from "./property-frame";

export function GroupSwitch(props: { isGrouped: boolean; onChange: (isGrouped: boolean) => void }): JSX.Element {
  const { property } = useProperty();
  const groups = createLoaded(
    () => property().site_id,
    loadPathGroups,
    () => versionOf("path-groups"),
  );
  const hasGroups = createMemo(() => (groups.value()?.length ?? 0) > 0);
  return (
    <Show
      when={hasGroups() || props.isGrouped}
      fallback={
        <Show when={groups.state() === "ready" && canManage(property())}>
          <A class="button button-small button-quiet" href={`/p/${property().site_id}/settings/page-groups`}>
            {words.groupPages}
          </A>
        </Show>
      }
    >
      <button
        type="button"
        class="button button-small button-quiet"
        aria-pressed={props.isGrouped}
        onClick={() => props.onChange(!props.isGrouped)}
      >
        {props.isGrouped ? words.singlePages : words.pageGroups}
      </button>
    </Show>
  );
}
