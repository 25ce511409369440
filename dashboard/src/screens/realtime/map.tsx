// The visitors of the last half hour on the map. The panel of countries has the same numbers.
import type { JSX } from "solid-js";
import type { Loaded } from "../../data/answer";
import type { LivePicture } from "../../data/property";
import { WorldMap } from "../../panels/world-map/world-map";
import { words as parts } from "../../words/parts";
import { words } from "../../words/realtime";

export function LiveMap(props: { live: Loaded<LivePicture> }): JSX.Element {
  return (
    <section class="panel live-map" aria-labelledby="live-map">
      <header class="panel-head">
        <h2 id="live-map">{words.locations}</h2>
      </header>
      <WorldMap
        title={words.map}
        metric={parts.visitors}
        values={(props.live.value()?.countries ?? []).map(({ value, visitors }) => ({ code: value, value: visitors }))}
        list={false}
      />
    </section>
  );
}
