// Settings: the stored data about visitors, and exclusions.
import { createMemo, createSignal, For, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { ADDRESSES, areAllMarked, PATHS, toEntryFaults, toLines, toList } from "../../data/lines";
import { changeProperty, type Privacy, type WithoutKey } from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { Radios } from "../../parts/choices";
import { Switch } from "../../parts/field";
import { Form, Submit } from "../../parts/form";
import { goToFirstMark, LinesField } from "../../parts/lines-field";
import { words as parts } from "../../words/parts";
import { privacy as words } from "../../words/settings";

const STORAGE = (["truncated", "none", "full"] as const satisfies Privacy["address"][]).map((value) => ({
  value,
  ...words.addressStorages[value],
}));

const WITHOUT_KEY = ["user_id", "revenue", "measurements"] as const satisfies WithoutKey[];

const LISTS = { addresses: "privacy.excluded_addresses", paths: "privacy.excluded_paths" } as const;

export function PrivacySettings(): JSX.Element {
  const { property } = useProperty();
  const { privacy } = property();
  const [address, setAddress] = createSignal(privacy.address);
  const [storage, setStorage] = createSignal(privacy.storage);
  const [honourDnt, setHonourDnt] = createSignal(privacy.honour_dnt);
  const [subdomains, setSubdomains] = createSignal(privacy.subdomains);
  const [withoutKey, setWithoutKey] = createSignal<readonly WithoutKey[]>(privacy.without_key);
  const [addresses, setAddresses] = createSignal(toLines(privacy.excluded_addresses));
  const [paths, setPaths] = createSignal(toLines(privacy.excluded_paths));
  let sent: { addresses: string[]; paths: string[] } = { addresses: [], paths: [] };
  const save = createAction(() => {
    sent = { addresses: toList(addresses(), ADDRESSES), paths: toList(paths(), PATHS) };
    return changeProperty(property().site_id, {
      privacy: {
        address: address(),
        storage: storage(),
        honour_dnt: honourDnt(),
        subdomains: subdomains(),
        without_key: [...withoutKey()],
        excluded_addresses: sent.addresses,
        excluded_paths: sent.paths,
      },
    });
  });
  const addressFaults = createMemo(() => toEntryFaults(save.faults(), LISTS.addresses, sent.addresses));
  const pathFaults = createMemo(() => toEntryFaults(save.faults(), LISTS.paths, sent.paths));

  return (
    <section class="block">
      <Form onSubmit={(form) => void save.run().then(() => goToFirstMark(form))}>
        <Radios legend={words.addressStorage} choices={STORAGE} value={address()} onPick={setAddress} />
        <Switch
          label={words.returning}
          hint={words.returningHint}
          checked={storage() === "local"}
          onChange={(on) => setStorage(on ? "local" : "none")}
        />
        <Switch label={words.dnt} hint={words.dntHint} checked={honourDnt()} onChange={setHonourDnt} />
        <Switch label={words.subdomains} hint={words.subdomainsHint} checked={subdomains()} onChange={setSubdomains} />
        <fieldset class="switches">
          <legend>{words.withoutKey}</legend>
          <p class="block-note">{words.withoutKeyHint}</p>
          <For each={WITHOUT_KEY}>
            {(name) => (
              <Switch
                {...words.withoutKeyFields[name]}
                checked={withoutKey().includes(name)}
                onChange={(on) =>
                  setWithoutKey((before) => [...before.filter((one) => one !== name), ...(on ? [name] : [])])
                }
              />
            )}
          </For>
        </fieldset>
        <LinesField
          label={words.addresses}
          hint={words.addressesHint}
          rows={4}
          value={addresses()}
          onInput={setAddresses}
          separator={ADDRESSES}
          faults={addressFaults()}
        />
        <LinesField
          label={words.pages}
          hint={words.pagesHint}
          rows={4}
          value={paths()}
          onInput={setPaths}
          separator={PATHS}
          faults={pathFaults()}
        />
        <Submit
          label={parts.save}
          action={save}
          error={areAllMarked(save.faults(), Object.values(LISTS)) ? parts.markedLines : save.error()}
          done={parts.savedWithinMinute}
        />
      </Form>
    </section>
  );
}
