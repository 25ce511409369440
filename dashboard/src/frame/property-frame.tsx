// The frame of all pages of a property: its bar, its live count, and the property for the pages inside.
import { A, useLocation, useParams } from "@solidjs/router";
import { type Accessor, createContext, createMemo, createRenderEffect, type JSX, Show, useContext } from "solid-js";
import { createLiveWatch, type LiveWatch } from "../data/live-watch";
import { hostOf, type Property, propertyOf } from "../data/property";
import { Icon } from "../parts/icon";
import { screenAt } from "../property-screens";
import { words } from "../words/frame";
import { Bar } from "./bar";
import { ShedBanner } from "./coverage";
import { LivePill } from "./live-pill";
import { PropertyNav } from "./property-nav";
import { PropertySwitcher } from "./property-switcher";

interface PropertyScene {
  property: Accessor<Property>;
  live: LiveWatch;
}

const Context = createContext<PropertyScene>();

export function useProperty(): PropertyScene {
  const scene = useContext(Context);
  if (!scene) throw new Error("page must lie below a property");
  return scene;
}

export function PropertyFrame(props: { children?: JSX.Element }): JSX.Element {
  const params = useParams();
  const siteId = createMemo(() => propertyOf(params.site_id)?.site_id);
  return (
    // Keyed: another property starts fresh and never shows the previous one's numbers.
    <Show when={siteId()} keyed fallback={<Unknown />}>
      {(id) => <Known siteId={id}>{props.children}</Known>}
    </Show>
  );
}

function Known(props: { siteId: string; children?: JSX.Element }): JSX.Element {
  const property = (): Property => propertyOf(props.siteId)!;
  const live = createLiveWatch(props.siteId);
  const home = `/p/${props.siteId}`;
  const location = useLocation();
  createRenderEffect(() => {
    const screen = screenAt(location.pathname.slice(home.length));
    document.title = words.pageTitle(...(screen ? [screen.label] : []), property()?.name ?? words.property);
  });

  return (
    <Context.Provider value={{ property, live }}>
      <Bar
        end={
          <A
            href={`${home}/settings`}
            class="button button-icon"
            aria-label={words.propertySettings}
            title={words.screens.settings}
          >
            <Icon name="sliders" />
          </A>
        }
      >
        <PropertySwitcher property={property()} host={hostOf(property())} />
        <LivePill live={live} />
      </Bar>
      <PropertyNav home={home} />
      <ShedBanner siteId={props.siteId} />
      {props.children}
    </Context.Provider>
  );
}

function Unknown(): JSX.Element {
  return (
    <>
      <Bar />
      <main class="alone">
        <h1>{words.unknownProperty}</h1>
        <p>{words.unknownPropertyHint}</p>
        <A href="/" class="button button-main">
          {words.allProperties}
        </A>
      </main>
    </>
  );
}
