// The pages before or after this one in the same visits. A click goes to that page's details.
import type { Accessor, JSX } from "solid-js";
import { Show } from "solid-js";
import { createAnswers } from "../../data/answer";
import { isPath, neighbourQuestions, type PageScene } from "../../data/detail/page";
import { formatCount, formatShare } from "../../data/format";
import type { Row } from "../../data/question";
import { LoadedPanel } from "../../frame/screen";
import { usePageHref } from "../../panels/page-link";
import { ValueRows } from "../../panels/value-rows";
import { Empty } from "../../parts/notice";
import { words } from "../../words/detail/page";
import { words as parts } from "../../words/parts";

const TITLES = { previous: words.previous, next: words.next } as const;
const EMPTY = { previous: words.previousEmpty, next: words.nextEmpty } as const;
/** What stands where the visit began or ended with this page. */
const ENDS: Record<string, string> = { "(entry)": words.entry, "(exit)": words.exit };

export function Neighbours(props: {
  scene: PageScene;
  tick: Accessor<unknown>;
  side: "previous" | "next";
}): JSX.Element {
  const hrefOf = usePageHref();
  const answer = createAnswers(
    () => props.scene,
    (scene) => neighbourQuestions(scene, props.side),
    props.tick,
  );
  return (
    <LoadedPanel title={TITLES[props.side]} loaded={answer}>
      {(value) => {
        const rows = (): Row[] => value().rows.results.filter(({ metrics }) => (metrics[0] ?? 0) > 0);
        const all = (): number => value().all.results[0]?.metrics[0] ?? 0;
        const top = (): number => Math.max(1, ...rows().map(({ metrics }) => metrics[0] ?? 0));
        return (
          <Show when={rows().length > 0} fallback={<Empty>{EMPTY[props.side]}</Empty>}>
            <ValueRows
              caption={TITLES[props.side]}
              head={parts.page}
              columns={[parts.pageViews, parts.share]}
              rows={rows().map(({ dimensions: [page = null], metrics: [views] }) => ({
                name: ENDS[page ?? ""] ?? page ?? "",
                share: (views ?? 0) / top(),
                figures: [formatCount(views ?? 0), formatShare(views ?? 0, all())],
                ...(isPath(page) && { href: hrefOf(page) }),
              }))}
            />
          </Show>
        );
      }}
    </LoadedPanel>
  );
}
