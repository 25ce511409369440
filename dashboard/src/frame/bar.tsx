// The bar on top of every page: the current place on the left, the account on the right.
import { A, useNavigate } from "@solidjs/router";
import { For, type JSX, Show } from "solid-js";
import { forgetProperties } from "../data/property";
import { me, signOut } from "../data/session";
import { KEYS } from "../data/shortcut";
import { isDark, setTheme, THEMES, type Theme, theme } from "../data/theme";
import { Icon } from "../parts/icon";
import { Mark } from "../parts/mark";
import { Menu, MenuChoice } from "../parts/menu";
import { words } from "../words/frame";
import { setSheetOpen } from "./root";

export function Bar(props: { children?: JSX.Element; end?: JSX.Element }): JSX.Element {
  return (
    <header class="bar">
      <A href="/" class="bar-home" aria-label={words.bar.home}>
        <Mark />
      </A>
      <div class="bar-middle">{props.children ?? <span class="bar-name">{words.product}</span>}</div>
      <nav class="bar-end" aria-label={words.bar.account}>
        {props.end}
        <ThemeMenu />
        <AccountMenu />
      </nav>
    </header>
  );
}

function ThemeMenu(): JSX.Element {
  return (
    <Menu
      label={words.bar.theme}
      bare
      align="end"
      class="button button-icon"
      face={<Icon name={isDark() ? "moon" : "sun"} />}
    >
      {(close) => (
        <For each={Object.entries(THEMES) as [Theme, string][]}>
          {([name, label]) => (
            <MenuChoice
              checked={theme() === name}
              onPick={() => {
                setTheme(name);
                close();
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

function AccountMenu(): JSX.Element {
  const navigate = useNavigate();
  const leave = async (): Promise<void> => {
    await signOut();
    forgetProperties();
    navigate("/sign-in");
  };
  return (
    <Menu label={words.bar.accountMenu} bare align="end" class="button button-icon" face={<Icon name="person" />}>
      {(close) => (
        <>
          <Show when={me()}>
            {(known) => (
              <div class="menu-title" role="presentation">
                {known().user.email}
              </div>
            )}
          </Show>
          <button
            type="button"
            role="menuitem"
            tabindex="-1"
            class="menu-item"
            onClick={() => {
              close();
              setSheetOpen(true);
            }}
          >
            <span class="menu-text">{words.bar.shortcuts}</span>
            <kbd>{KEYS.shortcuts}</kbd>
          </button>
          <button
            type="button"
            role="menuitem"
            tabindex="-1"
            class="menu-item"
            onClick={() => {
              close();
              navigate("/account");
            }}
          >
            <span class="menu-text">{words.bar.ownAccount}</span>
          </button>
          <button type="button" role="menuitem" tabindex="-1" class="menu-item" onClick={leave}>
            <span class="menu-text">{words.bar.signOut}</span>
          </button>
        </>
      )}
    </Menu>
  );
}
