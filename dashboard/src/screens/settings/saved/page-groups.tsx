// Settings: the patterns that group pages, in order, with a preview on the pages that visitors really viewed.
import { createMemo, createSignal, Index, type JSX, Show } from "solid-js";
import { createAction } from "../../../data/action";
import { createLoaded } from "../../../data/answer";
import { announce } from "../../../data/saved/changes";
import { loadPathGroups, type PathPattern, savePathGroups } from "../../../data/saved/requests";
import { canManage } from "../../../data/saved/rights";
import { useProperty } from "../../../frame/property-frame";
import { Form, Submit } from "../../../parts/form";
import { Icon } from "../../../parts/icon";
import { LoadedBody } from "../../../parts/loaded";
import { Bone } from "../../../parts/notice";
import { words as parts } from "../../../words/parts";
import { words } from "../../../words/saved/page-groups";
import { PageGroupPreview } from "./page-group-preview";
import "./page-groups.css";

export function PageGroupSettings(): JSX.Element {
  const { property } = useProperty();
  const groups = createLoaded(() => property().site_id, loadPathGroups);
  return (
    <LoadedBody class="page-groups" loaded={groups} failure={words.loadFailed} bones={<Bone class="w60" />}>
      {(saved) => <Editor saved={saved()} />}
    </LoadedBody>
  );
}

type Field = keyof PathPattern;

function Editor(props: { saved: readonly PathPattern[] }): JSX.Element {
  const { property } = useProperty();
  const mayManage = canManage(property());
  const [patterns, setPatterns] = createSignal<readonly PathPattern[]>(
    props.saved.map(({ pattern, label }) => ({ pattern, label })),
  );
  /** The list as it was sent: a fault is about its entry, wherever that has moved since. */
  const [sent, setSent] = createSignal<readonly PathPattern[]>([]);
  let list!: HTMLOListElement;

  const save = createAction(async () => {
    setSent(patterns());
    await savePathGroups(property().site_id, patterns());
    announce("path-groups");
  });
  const change = (at: number, part: Partial<PathPattern>): void => {
    setPatterns((all) => all.map((one, index) => (index === at ? { ...one, ...part } : one)));
  };
  const remove = (at: number): void => {
    setPatterns((all) => all.filter((_, index) => index !== at));
  };
  const move = (at: number, by: -1 | 1): void => {
    setPatterns((all) => {
      const rest = all.toSpliced(at, 1);
      return rest.toSpliced(at + by, 0, all[at]!);
    });
    // The focus goes with the pattern, or to its other button at an end of the list.
    const buttons = list.children[at + by]?.querySelectorAll<HTMLButtonElement>(".pattern-move");
    const [up, down] = buttons ?? [];
    const same = by < 0 ? up : down;
    (same?.disabled ? (by < 0 ? down : up) : same)?.focus();
  };
  const faultOf = (pattern: PathPattern, field: Field): string | null => {
    const at = sent().indexOf(pattern);
    const path = `patterns[${at}].${field}`;
    const found = at < 0 ? undefined : save.faults().find((fault) => fault.path === path);
    if (!found) return null;
    // The message names the field by its path.
    const text = found.message.startsWith(path) ? found.message.slice(path.length).trim() : found.message;
    return (field === "pattern" ? words.patternFault : words.labelFault)(text);
  };
  const isMarked = createMemo(() =>
    patterns().some((one) => faultOf(one, "pattern") !== null || faultOf(one, "label") !== null),
  );

  const input = (pattern: () => PathPattern, index: number, field: Field): JSX.Element => {
    const isPattern = field === "pattern";
    const id = `group-${field}-${index}`;
    const fault = (): string | null => faultOf(pattern(), field);
    return (
      <div>
        <input
          class={isPattern ? "input input-code" : "input"}
          aria-label={(isPattern ? words.patternOf : words.labelOf)(index + 1)}
          aria-invalid={fault() !== null}
          aria-describedby={fault() === null ? undefined : id}
          placeholder={isPattern ? words.patternExample : words.labelExample}
          required
          readonly={!mayManage}
          maxlength={isPattern ? 200 : 100}
          spellcheck={false}
          autocomplete="off"
          value={pattern()[field]}
          onInput={(event) => change(index, { [field]: event.currentTarget.value })}
        />
        <Show when={fault()}>
          {(text) => (
            <p class="field-hint field-error" id={id}>
              {text()}
            </p>
          )}
        </Show>
      </div>
    );
  };

  return (
    <>
      <section class="block">
        <p class="block-note">
          {words.lead} {words.hint} {mayManage ? "" : words.readOnly}
        </p>
        <Form
          onSubmit={(form) =>
            void save.run().then(() => form.querySelector<HTMLInputElement>("[aria-invalid=true]")?.focus())
          }
        >
          <Show when={patterns().length > 0} fallback={<p class="block-note">{words.none}</p>}>
            <ol class="patterns" ref={list}>
              <Index each={patterns()}>
                {(pattern, index) => (
                  <li class="pattern">
                    {input(pattern, index, "pattern")}
                    {input(pattern, index, "label")}
                    <Show when={mayManage}>
                      <span class="pattern-tools">
                        <button
                          type="button"
                          class="button button-icon pattern-move"
                          aria-label={words.up(index + 1)}
                          disabled={index === 0}
                          onClick={() => move(index, -1)}
                        >
                          <Icon name="rise" />
                        </button>
                        <button
                          type="button"
                          class="button button-icon pattern-move"
                          aria-label={words.down(index + 1)}
                          disabled={index === patterns().length - 1}
                          onClick={() => move(index, 1)}
                        >
                          <Icon name="fall" />
                        </button>
                        <button
                          type="button"
                          class="button button-icon"
                          aria-label={words.remove(index + 1)}
                          onClick={() => remove(index)}
                        >
                          <Icon name="close" />
                        </button>
                      </span>
                    </Show>
                  </li>
                )}
              </Index>
            </ol>
          </Show>
          <Show when={mayManage}>
            <div>
              <button
                type="button"
                class="button button-small"
                onClick={() => {
                  setPatterns((all) => [...all, { pattern: "", label: "" }]);
                  list?.lastElementChild?.querySelector("input")?.focus();
                }}
              >
                <Icon name="plus" />
                {words.add}
              </button>
            </div>
            <Submit
              label={parts.save}
              action={save}
              error={isMarked() ? words.notSaved : save.error()}
              done={words.saved}
            />
          </Show>
        </Form>
      </section>
      <PageGroupPreview patterns={patterns()} />
    </>
  );
}
