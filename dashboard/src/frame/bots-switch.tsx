// Whether suspected bots are counted: the switch, and the line that says so for as long as they are not.
import { For, type JSX } from "solid-js";
import { Icon } from "../parts/icon";
import { Menu, MenuChoice } from "../parts/menu";

const CHOICES = [
  { without: false, label: "With suspected bots", face: "All visits" },
  { without: true, label: "Without suspected bots", face: "Without bots" },
] as const;

export function BotsSwitch(props: { without: boolean; onChange: (without: boolean) => void }): JSX.Element {
  return (
    <Menu label="Suspected bots" align="end" face={CHOICES.find(({ without }) => without === props.without)?.face}>
      {(close) => (
        <For each={CHOICES}>
          {({ without, label }) => (
            <MenuChoice
              checked={props.without === without}
              onPick={() => {
                close();
                props.onChange(without);
              }}
            >
              {label}
            </MenuChoice>
          )}
        </For>
      )}
    </Menu>
  );
}

export function BotsNote(props: { onEnd: () => void; children: JSX.Element }): JSX.Element {
  return (
    <p class="bots-note" role="status">
      <button type="button" class="chip" onClick={() => props.onEnd()} title="Count them again">
        <span>
          <strong>Without suspected bots</strong>
          <span class="unseen">: count them again</span>
        </span>
        <Icon name="close" />
      </button>
      <span>{props.children}</span>
    </p>
  );
}
