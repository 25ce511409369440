// The visitors of the last half hour on the map. The panel of countries has the same numbers.
import type { JSX } from "solid-js";
import type { Loaded } from "../../data/answer";
import type { LivePicture } from "../../data/property";
import { words } from "../../words/realtime";
import { WorldMap } from "./world-map";

export function LiveMap(props: { live: Loaded<LivePicture> }): JSX.Element {
  return (
    <section class="panel live-map" aria-labelledby="live-map">
      <header class="panel-head">
        <h2 id="live-map">{words.locations}</h2>
      </header>
      <WorldMap places={props.live.value()?.countries ?? []} />
    </section>
  );
}
