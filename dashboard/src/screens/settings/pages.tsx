// Settings: trailing slashes, and the query parameters that distinguish pages.
import { createMemo, createSignal, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { areAllMarked, PATHS, toEntryFaults, toLines, toList } from "../../data/lines";
import { changeProperty, type Pages } from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { Radios } from "../../parts/choices";
import { Form, Submit } from "../../parts/form";
import { goToFirstMark, LinesField } from "../../parts/lines-field";
import { words as parts } from "../../words/parts";
import { pages as words } from "../../words/settings";

const SLASHES = (["keep", "strip"] as const satisfies Pages["trailing_slash"][]).map((value) => ({
  value,
  ...words.slashes[value],
}));

const LIST = "pages.query_parameters";

export function PageSettings(): JSX.Element {
  const { property } = useProperty();
  const { pages } = property();
  const [slash, setSlash] = createSignal(pages.trailing_slash);
  const [parameters, setParameters] = createSignal(toLines(pages.query_parameters));
  let sent: string[] = [];
  const save = createAction(() => {
    sent = toList(parameters(), PATHS);
    return changeProperty(property().site_id, { pages: { trailing_slash: slash(), query_parameters: sent } });
  });
  const faults = createMemo(() => toEntryFaults(save.faults(), LIST, sent));

  return (
    <section class="block">
      <Form onSubmit={(form) => void save.run().then(() => goToFirstMark(form))}>
        <Radios legend={words.slash} choices={SLASHES} value={slash()} onPick={setSlash} />
        <LinesField
          label={words.parameters}
          hint={words.parametersHint}
          rows={4}
          value={parameters()}
          onInput={setParameters}
          separator={PATHS}
          faults={faults()}
        />
        <Submit
          label={parts.save}
          action={save}
          error={areAllMarked(save.faults(), [LIST]) ? parts.markedLines : save.error()}
          done={parts.savedWithinMinute}
        />
      </Form>
      <p class="block-note">{words.note}</p>
    </section>
  );
}
