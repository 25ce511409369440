// The segments beside the filter button: apply one, save the filters as one, and compare with one on the chart.
import { useSearchParams } from "@solidjs/router";
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import type { LoadedFor } from "../../data/answer";
import { EDITED_SEGMENT, type Filters } from "../../data/filters/use-filters";
import { announce } from "../../data/saved/changes";
import { type Segment, segmentCalls } from "../../data/saved/requests";
import { canManage } from "../../data/saved/rights";
import {
  appliedSegment,
  isEdited,
  isSegmentChip,
  segmentChip,
  toChips,
  toSegmentFilter,
} from "../../data/saved/segment";
import { EVERYBODY } from "../../data/saved/versus";
import type { Params } from "../../data/view";
import { onDemand } from "../../panels/on-demand";
import { Menu, MenuChoice } from "../../parts/menu";
import { words } from "../../words/saved/segments";
import { useProperty } from "../property-frame";

// Only those who save or change segments need the dialog.
const SegmentDialog = onDemand(async () => (await import("./segment-dialog")).SegmentDialog);

/** The comparison of the chart with other visitors, on screens with such a chart. */
export interface VersusChoice {
  /** The id of a segment, or everybody; null for none. */
  value: string | null;
  set: (vs: string | null) => void;
}

export interface SegmentControls {
  Menu: () => JSX.Element;
  /** The applied segment when the filters differ from it, with a button to save them. */
  State: () => JSX.Element;
  /** Takes the segment of a chip apart into its filters, to edit them. */
  edit: (id: string) => void;
}

export function createSegmentControls(
  filters: Filters,
  segments: LoadedFor<Segment[], string>,
  versus: () => VersusChoice | undefined,
): SegmentControls {
  const { property } = useProperty();
  const [params] = useSearchParams();
  const [dialog, setDialog] = createSignal<"save" | "manage" | null>(null);
  const list = (): readonly Segment[] => segments.value() ?? [];
  const editedId = (): string | null => (filters.list().length > 0 && (params as Params)[EDITED_SEGMENT]) || null;
  const applied = (): Segment | null => appliedSegment(filters.list(), editedId(), list());
  const hasChanges = (): boolean => {
    const segment = applied();
    return segment !== null && isEdited(filters.list(), segment);
  };
  const mayWrite = (segment: Segment): boolean => !segment.shared || canManage(property());
  const apply = (id: string): void => filters.set([segmentChip(id)], { [EDITED_SEGMENT]: undefined });
  const edit = (id: string): void => {
    const segment = list().find((one) => one.id === id);
    const chips = segment && toChips(segment.filter);
    if (chips) filters.set(chips, { [EDITED_SEGMENT]: id });
    else setDialog("manage");
  };
  const isAlone = (): boolean => filters.list().length === 1 && isSegmentChip(filters.list()[0]!);
  const save = createAction(async (segment: Segment) => {
    const filter = toSegmentFilter(filters.list(), list());
    if (!filter) return;
    await segmentCalls.change(property().site_id, segment.id, { filter });
    announce("segments");
    apply(segment.id);
  });
  const gone = (id: string): void => {
    const left = filters.list().filter((one) => !isSegmentChip(one, id));
    const isCompared = versus()?.value === id;
    // One navigation: a second one would write the filters back that the first took away.
    if (left.length < filters.list().length) filters.set(left, isCompared ? { vs: undefined } : {});
    else if (isCompared) versus()?.set(null);
  };

  const Items = (props: { close: () => void }): JSX.Element => {
    const act = (work: () => void) => () => {
      props.close();
      work();
    };
    const Item = (item: { text: string; onPick: () => void }): JSX.Element => (
      <button type="button" role="menuitem" tabindex="-1" class="menu-item" onClick={act(item.onPick)}>
        <span class="menu-check" />
        <span class="menu-text">{item.text}</span>
      </button>
    );
    return (
      <>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; this groups items of a menu */}
        <div role="group" aria-label={words.apply}>
          <For
            each={list()}
            fallback={
              <p class="menu-title" role="presentation">
                {segments.state() === "error" ? words.loadFailed : words.none}
              </p>
            }
          >
            {(segment) => (
              <MenuChoice
                checked={applied()?.id === segment.id && !hasChanges()}
                onPick={act(() => (isAlone() && applied()?.id === segment.id ? filters.set([]) : apply(segment.id)))}
              >
                {segment.name}
                <Show when={!segment.shared}>
                  {" "}
                  <small class="menu-aside">{words.personal}</small>
                </Show>
              </MenuChoice>
            )}
          </For>
        </div>
        <Show when={filters.list().length > 0 || list().length > 0}>
          <div class="menu-line" role="presentation" />
        </Show>
        <Show when={hasChanges() && applied()}>
          {(segment) => (
            <Show when={mayWrite(segment())}>
              <Item text={words.saveChangesTo(segment().name)} onPick={() => void save.run(segment())} />
            </Show>
          )}
        </Show>
        <Show when={filters.list().length > 0 && !isAlone()}>
          <Item text={words.saveAs} onPick={() => setDialog("save")} />
        </Show>
        <Show when={isAlone() && applied()}>
          {(segment) => <Item text={words.editFilters} onPick={() => edit(segment().id)} />}
        </Show>
        <Show when={list().length > 0}>
          <Item text={words.manage} onPick={() => setDialog("manage")} />
        </Show>
        <Show when={versus()}>
          {(choice) => (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; this groups items of a menu
            <div role="group" aria-label={words.compare}>
              <div class="menu-line" role="presentation" />
              <p class="menu-title" role="presentation">
                {words.compare}
              </p>
              <MenuChoice checked={choice().value === null} onPick={act(() => choice().set(null))}>
                {words.compareNone}
              </MenuChoice>
              <MenuChoice checked={choice().value === EVERYBODY} onPick={act(() => choice().set(EVERYBODY))}>
                {words.everybody}
              </MenuChoice>
              <For each={list()}>
                {(segment) => (
                  <MenuChoice checked={choice().value === segment.id} onPick={act(() => choice().set(segment.id))}>
                    {segment.name}
                  </MenuChoice>
                )}
              </For>
            </div>
          )}
        </Show>
      </>
    );
  };

  return {
    edit,
    Menu: () => (
      <>
        <Menu
          label={words.segments}
          align="end"
          face={applied() ? (hasChanges() ? words.edited(applied()!.name) : applied()!.name) : undefined}
        >
          {(close) => <Items close={close} />}
        </Menu>
        <Show when={dialog()} keyed>
          {(what) => (
            <SegmentDialog
              siteId={property().site_id}
              canShare={canManage(property())}
              segments={list()}
              filter={what === "save" ? toSegmentFilter(filters.list(), list()) : null}
              onSaved={(segment) => {
                setDialog(null);
                apply(segment.id);
              }}
              onGone={gone}
              onClose={() => setDialog(null)}
            />
          )}
        </Show>
      </>
    ),
    State: () => (
      <Show when={hasChanges() && applied()}>
        {(segment) => (
          <li class="segment-state">
            <span>{words.edited(segment().name)}</span>
            <Show when={mayWrite(segment())}>
              <button
                type="button"
                class="button button-small"
                aria-label={words.saveChangesTo(segment().name)}
                aria-disabled={save.pending()}
                onClick={() => void save.run(segment())}
              >
                {words.saveChanges}
              </button>
            </Show>
            <Show when={save.error()}>
              <span class="submit-error" role="alert">
                {save.error()}
              </span>
            </Show>
          </li>
        )}
      </Show>
    ),
  };
}
