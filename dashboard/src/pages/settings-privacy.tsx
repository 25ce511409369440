// Settings: what is kept of visitors, and who is not counted at all.
import { createSignal, For, type JSX } from "solid-js";
import { createAction } from "../data/action";
import { changeProperty, type Privacy } from "../data/property";
import { useProperty } from "../frame/property-frame";
import { Field, Submit, Switch } from "../parts/field";

const ADDRESSES: { value: Privacy["address"]; label: string; hint: string }[] = [
  {
    value: "truncated",
    label: "Truncated",
    hint: "The network only: the last byte of IPv4, 80 bits of IPv6 are dropped.",
  },
  { value: "none", label: "Nothing", hint: "No part of the address is kept." },
  { value: "full", label: "In full", hint: "Personal data in most countries: your visitors must be told." },
];

const toLines = (list: readonly string[]): string => list.join("\n");
const toList = (lines: string): string[] =>
  lines
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

export function PrivacySettings(): JSX.Element {
  const { property } = useProperty();
  const { privacy } = property();
  const [address, setAddress] = createSignal(privacy.address);
  const [storage, setStorage] = createSignal(privacy.storage);
  const [honourDnt, setHonourDnt] = createSignal(privacy.honour_dnt);
  const [addresses, setAddresses] = createSignal(toLines(privacy.excluded_addresses));
  const [paths, setPaths] = createSignal(toLines(privacy.excluded_paths));
  const save = createAction(() =>
    changeProperty(property().site_id, {
      privacy: {
        address: address(),
        storage: storage(),
        honour_dnt: honourDnt(),
        excluded_addresses: toList(addresses()),
        excluded_paths: toList(paths()),
      },
    }),
  );

  return (
    <section class="block">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <fieldset class="switches">
          <legend>What is kept of an address</legend>
          <For each={ADDRESSES}>
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
        <Field
          label="Addresses that are not counted"
          hint="One a line, ranges as 203.0.113.0/24. Your own office, say."
        >
          {(control) => (
            <textarea
              {...control}
              class="textarea"
              rows="4"
              spellcheck={false}
              value={addresses()}
              onInput={(event) => setAddresses(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Pages that are not counted" hint="One path a line; * stands for any text: /admin/*">
          {(control) => (
            <textarea
              {...control}
              class="textarea"
              rows="4"
              spellcheck={false}
              value={paths()}
              onInput={(event) => setPaths(event.currentTarget.value)}
            />
          )}
        </Field>
        <Submit
          label="Save"
          pending={save.pending()}
          error={save.error()}
          done={save.done() && "Saved. It holds within a minute."}
        />
      </form>
    </section>
  );
}
