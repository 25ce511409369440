// The switch for suspected bots, and the note shown while they are excluded.
import { For, type JSX } from "solid-js";
import { Icon } from "../parts/icon";
import { Menu, MenuChoice } from "../parts/menu";
import { words } from "../words/frame";

const CHOICES = [
  { without: false, label: words.bots.include, face: words.bots.included },
  { without: true, label: words.bots.exclude, face: words.bots.excluded },
] as const;

export function BotsSwitch(props: { without: boolean; onChange: (without: boolean) => void }): JSX.Element {
  return (
    <Menu label={words.bots.label} align="end" face={CHOICES.find(({ without }) => without === props.without)?.face}>
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
      <button type="button" class="chip" onClick={() => props.onEnd()} title={words.bots.include}>
        <span>
          <strong>{words.bots.note}</strong>
          <span class="unseen">{words.bots.noteAction}</span>
        </span>
        <Icon name="close" />
      </button>
      <span>{props.children}</span>
    </p>
  );
}
