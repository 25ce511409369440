// The name of the current property, with a menu of all others.
import { useNavigate } from "@solidjs/router";
import { For, type JSX, Show } from "solid-js";
import { hostOf, type Property, properties } from "../data/property";
import { Menu, MenuChoice } from "../parts/menu";
import { words } from "../words/frame";

export function PropertySwitcher(props: { property: Property; host: string | null }): JSX.Element {
  const navigate = useNavigate();
  const item = (label: string, to: string, close: () => void): JSX.Element => (
    <button
      type="button"
      role="menuitem"
      tabindex="-1"
      class="menu-item"
      onClick={() => {
        close();
        navigate(to);
      }}
    >
      <span class="menu-check" />
      <span class="menu-text">{label}</span>
    </button>
  );

  return (
    <Menu
      label={words.property}
      class="button button-quiet switcher"
      face={
        <span class="switcher-name">
          <strong>{props.property.name}</strong>
          <Show when={props.host}>
            <small>{props.host}</small>
          </Show>
        </span>
      }
    >
      {(close) => (
        <>
          <For each={properties()}>
            {(property) => (
              <MenuChoice
                checked={property.site_id === props.property.site_id}
                onPick={() => {
                  close();
                  // Keeps the period and the tabs, so that sites can be compared in the same view.
                  navigate(`/p/${property.site_id}${location.search}`);
                }}
              >
                {property.name}
                <small>{hostOf(property) ?? words.noStream}</small>
              </MenuChoice>
            )}
          </For>
          <div class="menu-line" role="presentation" />
          {item(words.allProperties, "/", close)}
          {item(words.newProperty, "/new", close)}
        </>
      )}
    </Menu>
  );
}
