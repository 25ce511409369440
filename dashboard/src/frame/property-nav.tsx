// The screens of one property, below its bar. The period goes along: one looks at the same days everywhere.
import { A, useLocation, useNavigate } from "@solidjs/router";
import { createEffect, For, type JSX, on } from "solid-js";
import { createShortcuts } from "../data/shortcut";

/** In the order in which they are shown; the digit of the place is the key that opens the screen, 0 of the tenth. */
const SCREENS: readonly { path: string; label: string }[] = [
  { path: "", label: "Overview" },
  { path: "/realtime", label: "Realtime" },
  { path: "/events", label: "Events" },
  { path: "/vitals", label: "Web vitals" },
  { path: "/rules", label: "Rules" },
  { path: "/heatmaps", label: "Heatmaps" },
  { path: "/tech", label: "Tech" },
  { path: "/networks", label: "Networks" },
  { path: "/anomalies", label: "Anomalies" },
  { path: "/pipeline", label: "Pipeline" },
];

/** What of a screen's address holds for the others too. */
const SHARED = ["period", "from", "to"];
/** Screens that can leave suspected bots out, and say so when they do. */
const WITH_SWITCH = ["", "/networks"];

export function PropertyNav(props: { home: string }): JSX.Element {
  const location = useLocation();
  const navigate = useNavigate();
  const href = (path: string): string => {
    const params = new URLSearchParams(location.search);
    const shared = WITH_SWITCH.includes(path) ? [...SHARED, "bots"] : SHARED;
    const kept = new URLSearchParams([...params].filter(([name]) => shared.includes(name))).toString();
    return `${props.home}${path}${kept && `?${kept}`}`;
  };
  const isHere = (path: string): boolean => location.pathname.replace(/\/$/, "") === props.home + path;
  let list!: HTMLUListElement;

  createShortcuts({
    title: "Property",
    shortcuts: [
      ...SCREENS.map(({ path, label }, index) => ({
        key: String((index + 1) % 10),
        label,
        run: () => navigate(href(path)),
      })),
      { key: ",", label: "Settings", run: () => navigate(`${props.home}/settings`) },
    ],
  });

  // On a phone the row is wider than the screen: the chosen one must be in sight.
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
    <nav class="screens" aria-label="Screens of this property">
      <ul ref={list}>
        <For each={SCREENS}>
          {({ path, label }) => (
            <li>
              <A href={href(path)} end aria-current={isHere(path) ? "page" : undefined}>
                {label}
              </A>
            </li>
          )}
        </For>
      </ul>
    </nav>
  );
}
