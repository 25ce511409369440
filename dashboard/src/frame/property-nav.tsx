// The screens of one property, below its bar. Links keep the period, so that all screens show the same days.
import { A, useLocation, useNavigate } from "@solidjs/router";
import { createEffect, For, type JSX, on } from "solid-js";
import { EDITED_SEGMENT } from "../data/filters/use-filters";
import { createShortcuts } from "../data/shortcut";
import { PROPERTY_SCREENS, type PropertyScreen, SETTINGS } from "../property-screens";
import { words } from "../words/frame";

/** Parameters that every screen supports, so links keep them. */
const SHARED = ["period", "from", "to", "f", EDITED_SEGMENT];

export function PropertyNav(props: { home: string }): JSX.Element {
  const location = useLocation();
  const navigate = useNavigate();
  const href = ({ path, canExcludeBots }: PropertyScreen): string => {
    const params = new URLSearchParams(location.search);
    const shared = canExcludeBots ? [...SHARED, "bots"] : SHARED;
    const kept = new URLSearchParams([...params].filter(([name]) => shared.includes(name))).toString();
    return `${props.home}${path}${kept && `?${kept}`}`;
  };
  const isHere = (path: string): boolean => location.pathname.replace(/\/$/, "") === props.home + path;
  let list!: HTMLUListElement;

  createShortcuts({
    title: words.shortcuts.property,
    shortcuts: [
      ...PROPERTY_SCREENS.map((screen) => ({
        key: screen.key,
        label: screen.label,
        run: () => navigate(href(screen)),
      })),
      { key: SETTINGS.key, label: SETTINGS.label, run: () => navigate(`${props.home}${SETTINGS.path}`) },
    ],
  });

  // On a phone the row is wider than the screen, so scroll to the current screen.
  createEffect(
    on(
      () => location.pathname,
      () => {
        const here = list.querySelector<HTMLElement>("[aria-current=page]");
        if (here) list.scrollLeft = here.offsetLeft - list.offsetLeft - (list.clientWidth - here.clientWidth) / 2;
      },
    ),
  );

  return (
    <nav class="screens" aria-label={words.propertyScreens}>
      <ul ref={list}>
        <For each={PROPERTY_SCREENS}>
          {(screen) => (
            <li>
              <A href={href(screen)} end aria-current={isHere(screen.path) ? "page" : undefined}>
                {screen.label}
              </A>
            </li>
          )}
        </For>
      </ul>
    </nav>
  );
}
