// The most clicked elements of a page, beside its heatmap.
import { type JSX, Show } from "solid-js";
import type { HeatWidth } from "../../../../workers/domain/counts/insight";
import { createLoaded } from "../../data/answer";
import { request } from "../../data/api";
import { formatCount } from "../../data/format";
import type { HeatmapAsk } from "../../data/insight";
import type { Answer, Row } from "../../data/question";
import { useProperty } from "../../frame/property-frame";
import { LoadedPanel, NothingMeasured, type Screen } from "../../frame/screen";
import { ValueRows } from "../../panels/value-rows";
import { words } from "../../words/heatmaps";
import { elementQuestions, toElements } from "./elements";
import { WIDTHS } from "./heat";

async function loadRows(ask: HeatmapAsk, signal: AbortSignal): Promise<{ all: Row[]; links: Row[] }> {
  const body = elementQuestions(ask);
  const { results } = await request<{ results: [Answer, Answer] }>("/api/v2/batch", { method: "POST", body, signal });
  const [all, links] = results;
  return { all: all.results, links: links.results };
}

export function ClickedElements(props: {
  page: string;
  width: HeatWidth;
  isGrouped: boolean;
  screen: Screen;
}): JSX.Element {
  const { property } = useProperty();
  const answer = createLoaded(
    () => ({ scene: props.screen.scene(), isGrouped: props.isGrouped, page: props.page, width: props.width }),
    loadRows,
    props.screen.tick,
  );
  const filters = props.screen.filters!;
  const hosts = (): string[] => property().streams.flatMap(({ url }) => (URL.canParse(url) ? [new URL(url).host] : []));
  return (
    <LoadedPanel title={words.elements} loaded={answer} bones={6} class="heat-elements">
      {(value, of) => {
        const elements = () => toElements(value().all, value().links, hosts());
        return (
          <Show
            when={elements().length > 0}
            fallback={<NothingMeasured what={words.elementThings} measurements={["clicks"]} />}
          >
            <p class="panel-note">{words.elementsNote(of().page, WIDTHS[of().width].devices)}</p>
            <ValueRows
              caption={words.elements}
              head={words.element}
              columns={[words.layerNames(of().width).clicks]}
              rows={elements().map(({ name, hint, clicks, filter }) => ({
                name,
                hint,
                share: clicks / (elements()[0]?.clicks || 1),
                figures: [formatCount(clicks)],
                ...(filter && {
                  href: filters.hrefOf(filter.dimension, filter.value),
                  chosen: filters.isChosen(filter.dimension, filter.value),
                }),
              }))}
            />
          </Show>
        );
      }}
    </LoadedPanel>
  );
}
