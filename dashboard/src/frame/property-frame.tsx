// Everything below one property: its bar, its live count, and the property itself for the pages inside.
import { A, useParams } from "@solidjs/router";
import { type Accessor, createContext, createMemo, createRenderEffect, type JSX, Show, useContext } from "solid-js";
import { createLiveWatch, type LiveWatch } from "../data/live-watch";
import { hostOf, type Property, propertyOf } from "../data/property";
import { Icon } from "../parts/icon";
import { Bar } from "./bar";
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
    // Keyed: another property starts afresh, and never shows the numbers of the last one.
    <Show when={siteId()} keyed fallback={<Unknown />}>
      {(id) => <Known siteId={id}>{props.children}</Known>}
    </Show>
  );
}

function Known(props: { siteId: string; children?: JSX.Element }): JSX.Element {
  const property = (): Property => propertyOf(props.siteId)!;
  const live = createLiveWatch(props.siteId);
  const home = `/p/${props.siteId}`;
  createRenderEffect(() => {
    document.title = `${property()?.name ?? "Property"} · TrackKit`;
  });

  return (
    <Context.Provider value={{ property, live }}>
      <Bar
        end={
          <A
            href={`${home}/settings`}
            class="button button-icon"
            aria-label="Settings of this property"
            title="Settings"
          >
            <Icon name="sliders" />
          </A>
        }
      >
        <PropertySwitcher property={property()} host={hostOf(property())} />
        <LivePill live={live} />
      </Bar>
      <PropertyNav home={home} />
      {props.children}
    </Context.Provider>
  );
}

function Unknown(): JSX.Element {
  return (
    <>
      <Bar />
      <main class="alone">
        <h1>This property does not exist</h1>
        <p>It may have been deleted, or it belongs to an organization that you are not a member of.</p>
        <A href="/" class="button button-main">
          All properties
        </A>
      </main>
    </>
  );
}
