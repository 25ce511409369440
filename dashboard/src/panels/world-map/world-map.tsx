// The map of the world, shaded by a value per country: the larger the value, the darker the country. A list below has the
// same values, for keyboards and screen readers.
import { createMemo, createResource, createSignal, For, type JSX, Show } from "solid-js";
import { formatCount } from "../../data/format";
import { countryName } from "../../data/naming";
import { words } from "../../words/panels";
import { ValueRows } from "../value-rows";
import { loadAtlas } from "./atlas";
import { type CountryValue, legendOf, shadeFor } from "./shade";
import "./world-map.css";

export interface WorldMapProps {
  /** The name of the map and of its list, such as "Visitors by country". */
  title: string;
  /** The name of the values, such as "Visitors". */
  metric: string;
  values: readonly CountryValue[];
  /** Default: as a count. */
  format?: (value: number) => string;
  /** The target of a click on a country with a value. Without it the map is only a picture. */
  hrefOf?: (code: string) => string | undefined;
  /** The code of the country that the screen is filtered by. */
  chosen?: string | undefined;
  /** False leaves out the list, if another panel beside the map has the same values. */
  list?: boolean;
}

export function WorldMap(props: WorldMapProps): JSX.Element {
  const [atlas] = createResource(loadAtlas);
  const [over, setOver] = createSignal<{ code: string; x: number; y: number } | null>(null);
  const format = (value: number): string => (props.format ?? formatCount)(value);
  const values = createMemo(() => new Map(props.values.map(({ code, value }) => [code, value])));
  const most = createMemo(() => Math.max(0, ...values().values()));
  const shadeOf = (code: string): string | undefined => shadeFor(values().get(code), most());
  const isList = (): boolean => props.list !== false;
  let frame!: HTMLDivElement;

  const point = (event: PointerEvent): void => {
    const code = event.target instanceof SVGElement ? event.target.dataset.code : undefined;
    const box = frame.getBoundingClientRect();
    setOver(code ? { code, x: event.clientX - box.left, y: event.clientY - box.top } : null);
  };

  /** A country, with a link around it if there is one. The keyboard finds the links in the list. */
  const Linked = (place: { code: string; children: JSX.Element }): JSX.Element => (
    <g classList={{ chosen: props.chosen === place.code }}>
      <Show when={shadeOf(place.code) && props.hrefOf?.(place.code)} fallback={place.children}>
        {(href) => (
          <g>
            <a href={href()} tabindex="-1" noScroll>
              {place.children}
            </a>
          </g>
        )}
      </Show>
    </g>
  );

  return (
    <figure class="world-figure" aria-label={isList() ? props.title : undefined}>
      <div class="world" ref={frame} onPointerMove={point} onPointerLeave={() => setOver(null)}>
        <Show when={atlas.latest}>
          {(known) => (
            <svg
              viewBox={`0 0 ${known().width} ${known().height}`}
              role="img"
              aria-label={words.map.label(props.title)}
              aria-hidden={isList() ? "true" : undefined}
            >
              <For each={known().lands}>
                {({ code, outline }) => (
                  <Linked code={code}>
                    <path
                      class="land"
                      classList={{ visited: shadeOf(code) !== undefined }}
                      d={outline}
                      data-code={code}
                      style={{ "--shade": shadeOf(code) }}
                    />
                  </Linked>
                )}
              </For>
              <For each={props.values.filter(({ code }) => known().points.has(code) && shadeOf(code))}>
                {({ code }) => (
                  <Linked code={code}>
                    <circle
                      class="land visited island"
                      cx={known().points.get(code)?.x}
                      cy={known().points.get(code)?.y}
                      r="8"
                      data-code={code}
                      style={{ "--shade": shadeOf(code) }}
                    />
                  </Linked>
                )}
              </For>
            </svg>
          )}
        </Show>
        <Show when={over()}>
          {(spot) => (
            <div
              class="tip"
              classList={{ "tip-left": spot().x > frame.clientWidth / 2 }}
              style={{ "--x": `${spot().x}px`, "--y": `${spot().y}px` }}
              aria-hidden="true"
            >
              <div class="tip-row tip-now">
                <span>{countryName(spot().code)}</span>
                <strong>{format(values().get(spot().code) ?? 0)}</strong>
              </div>
            </div>
          )}
        </Show>
      </div>
      <Show when={most() > 0}>
        <div class="world-legend" aria-hidden="true">
          <span>{props.metric}</span>
          <For each={legendOf([...values().values()])}>
            {(value) => (
              <span class="world-key">
                <span class="world-swatch" style={{ "--shade": shadeFor(value, most()) }} />
                {format(value)}
              </span>
            )}
          </For>
        </div>
      </Show>
      <Show when={isList()}>
        <Show when={most() > 0} fallback={<p class="panel-note">{words.map.none}</p>}>
          <details class="world-list">
            <summary>{words.table}</summary>
            <ValueRows
              caption={props.title}
              head={words.map.country}
              columns={[props.metric]}
              rows={[...props.values]
                .filter(({ value }) => value > 0)
                .sort((a, b) => b.value - a.value)
                .map(({ code, value }) => ({
                  name: countryName(code),
                  share: value / most(),
                  figures: [format(value)],
                  href: props.hrefOf?.(code),
                  chosen: props.chosen === code,
                }))}
            />
          </details>
        </Show>
      </Show>
    </figure>
  );
}
