// Settings: what is kept of visitors, and who is not counted at all.
import { createMemo, createSignal, For, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { ADDRESSES, areAllMarked, MARKED, PATHS, toEntryFaults, toLines, toList } from "../../data/lines";
import { changeProperty, type Privacy } from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { Submit, Switch } from "../../parts/field";
import { goToFirstMark, LinesField } from "../../parts/lines-field";

const KEPT: { value: Privacy["address"]; label: string; hint: string }[] = [
  {
    value: "truncated",
    label: "Truncated",
    hint: "The network only: the last byte of IPv4, 80 bits of IPv6 are dropped.",
  },
  { value: "none", label: "Nothing", hint: "No part of the address is kept." },
  { value: "full", label: "In full", hint: "Personal data in most countries: your visitors must be told." },
];

const LISTS = { addresses: "privacy.excluded_addresses", paths: "privacy.excluded_paths" } as const;

export function PrivacySettings(): JSX.Element {
  const { property } = useProperty();
  const { privacy } = property();
  const [address, setAddress] = createSignal(privacy.address);
  const [storage, setStorage] = createSignal(privacy.storage);
  const [honourDnt, setHonourDnt] = createSignal(privacy.honour_dnt);
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
        excluded_addresses: sent.addresses,
        excluded_paths: sent.paths,
      },
    });
  });
  const addressFaults = createMemo(() => toEntryFaults(save.faults(), LISTS.addresses, sent.addresses));
  const pathFaults = createMemo(() => toEntryFaults(save.faults(), LISTS.paths, sent.paths));

  return (
    <section class="block">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          void save.run().then(() => goToFirstMark(form));
        }}
      >
        <fieldset class="switches">
          <legend>What is kept of an address</legend>
          <For each={KEPT}>
            {(choice) => (
              <label class="switch">
                <input
                  type="radio"
                  name="address"
                  class="radio"
                  checked={address() === choice.value}
                  onChange={() => setAddress(choice.value)}
                />
                <span class="switch-text">
                  {choice.label}
                  <small>{choice.hint}</small>
                </span>
              </label>
            )}
          </For>
        </fieldset>
        <Switch
          label="Know visitors who come back on another day"
          hint="Keeps an id in the visitor's browser (local storage, no cookie). In many countries that needs consent: the tracker can wait for it."
          checked={storage() === "local"}
          onChange={(on) => setStorage(on ? "local" : "none")}
        />
        <Switch
          label="Honour Do Not Track and Global Privacy Control"
          hint="Browsers that ask for it are then not counted at all."
          checked={honourDnt()}
          onChange={setHonourDnt}
        />
        <LinesField
          label="Addresses that are not counted"
          hint="One address or range a line: 203.0.113.7 or 203.0.113.0/24. Your own office, say."
          rows={4}
          value={addresses()}
          onInput={setAddresses}
          separator={ADDRESSES}
          faults={addressFaults()}
        />
        <LinesField
          label="Pages that are not counted"
          hint="One path a line; * stands for any text: /admin/*"
          rows={4}
          value={paths()}
          onInput={setPaths}
          separator={PATHS}
          faults={pathFaults()}
        />
        <Submit
          label="Save"
          pending={save.pending()}
          error={areAllMarked(save.faults(), Object.values(LISTS)) ? MARKED : save.error()}
          done={save.done() && "Saved. It holds within a minute."}
        />
      </form>
    </section>
  );
}
