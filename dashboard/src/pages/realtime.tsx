// Realtime: who is on the property now, and what they do, as it happens.
import { type JSX, Show } from "solid-js";
import { formatCount } from "../data/format";
import type { LivePicture } from "../data/property";
import { useProperty } from "../frame/property-frame";
import { LiveFigures } from "../panels/live-figures";
import { LiveRows } from "../panels/live-rows";
import { Bone, Failure } from "../parts/notice";
import "../style/realtime.css";

export function Realtime(): JSX.Element {
  const { live } = useProperty();
  return (
    <main class="overview realtime">
      <div class="overview-head">
        <div class="headline">
          <h1>
            <Show
              when={live.value()}
              fallback={
                <>
                  <span class="unseen">Realtime</span>
                  <Show when={live.state() !== "error"}>
                    <Bone class="bone-headline" />
                  </Show>
                </>
              }
            >
              {(now) => <Sentence now={now()} />}
            </Show>
          </h1>
        </div>
      </div>
      <Show when={live.state() === "error"}>
        <Failure
          what={live.value() ? "The live picture could not be refreshed." : "The live picture could not be loaded."}
          error={live.error()}
          onRetry={live.retry}
        />
      </Show>
      <LiveFigures live={live} />
      <div class="live-panels">
        <LiveRows
          live={live}
          list="pages"
          title="Active pages"
          dimension="event:page"
          column="Page"
          empty="Nobody is reading a page right now."
        />
        <LiveRows
          live={live}
          list="sources"
          title="Sources"
          dimension="visit:source"
          column="Source"
          empty="Nobody has come in the last half hour."
        />
        <LiveRows
          live={live}
          list="countries"
          title="Places"
          dimension="visit:country"
          column="Country"
          empty="Nobody has come in the last half hour."
        />
      </div>
    </main>
  );
}

function Sentence(props: { now: LivePicture }): JSX.Element {
  const page = (): string | undefined => props.now.pages[0]?.value;
  return (
    <Show when={props.now.active_30m > 0} fallback={<>Nobody has been here in the last half hour.</>}>
      <Show when={props.now.active_5m > 0} fallback={<>Nobody is here right now; </>}>
        <strong>
          {formatCount(props.now.active_5m)} {props.now.active_5m === 1 ? "visitor" : "visitors"}
        </strong>{" "}
        right now,{" "}
      </Show>
      {formatCount(props.now.active_30m)} in the last half hour.{" "}
      <Show when={page()}>
        {(path) => (
          <>
            Most are on <span class="headline-page">{path() === "/" ? "the home page" : path()}</span>.
          </>
        )}
      </Show>
    </Show>
  );
}
