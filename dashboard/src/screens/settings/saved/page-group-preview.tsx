// The preview of page groups: which of the pages that visitors viewed fall into which group.
import { createMemo, For, type JSX, Show } from "solid-js";
import { createAnswer } from "../../../data/answer";
import { localClock } from "../../../data/calendar";
import { formatCount } from "../../../data/format";
import { toDateRange } from "../../../data/period";
import type { Question } from "../../../data/question";
import { createPathGroups, type GroupPreview, previewGroups } from "../../../data/saved/path-pattern";
import type { PathPattern } from "../../../data/saved/requests";
import { STANDARD_PERIOD } from "../../../data/view";
import { useProperty } from "../../../frame/property-frame";
import { LoadedBody } from "../../../parts/loaded";
import { Bone, Empty } from "../../../parts/notice";
import { words } from "../../../words/saved/page-groups";

const PAGES = 500;
const EXAMPLES = 3;

export function PageGroupPreview(props: { patterns: readonly PathPattern[] }): JSX.Element {
  const { property } = useProperty();
  const today = (): string => localClock(Date.now(), property().timezone).slice(0, 10);
  const pages = createAnswer(
    () => ({ siteId: property().site_id, today: today() }),
    (asked): Question => ({
      site_id: asked.siteId,
      date_range: toDateRange({ name: STANDARD_PERIOD }, asked.today),
      metrics: ["pageviews"],
      dimensions: ["event:page"],
      order_by: [["pageviews", "desc"]],
      pagination: { limit: PAGES, offset: 0 },
    }),
  );
  const viewed = createMemo(() =>
    (pages.value()?.results ?? []).map((row) => ({ page: row.dimensions[0] ?? "", views: row.metrics[0] ?? 0 })),
  );
  const preview = createMemo(() => previewGroups(props.patterns, viewed()));
  /** A pattern without pages either matches none, or those above it take them all. */
  const emptyOf = (pattern: PathPattern): string => {
    const matches = createPathGroups([pattern]);
    return viewed().some(({ page }) => matches(page) === 0) ? words.shadowed : words.unmatched;
  };

  return (
    <section class="block">
      <h2>{words.preview}</h2>
      <LoadedBody loaded={pages} failure={words.previewFailed} bones={<Bone class="w60" />}>
        {() => (
          <Show when={viewed().length > 0} fallback={<Empty>{words.noPages}</Empty>}>
            <p class="block-note">{words.previewLead(formatCount(viewed().length))}</p>
            {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls, so a keyboard must reach it */}
            <div class="preview" role="region" aria-label={words.preview} tabindex="0">
              <table class="figures">
                <thead>
                  <tr>
                    <th scope="col">{words.group}</th>
                    <th scope="col" class="number">
                      {words.pages}
                    </th>
                    <th scope="col" class="number">
                      {words.views}
                    </th>
                    <th scope="col">{words.examples}</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={props.patterns}>
                    {(pattern, index) => (
                      <GroupRow
                        name={pattern.label || pattern.pattern}
                        group={preview().groups[index()]}
                        none={emptyOf(pattern)}
                      />
                    )}
                  </For>
                  <GroupRow name={words.others} group={preview().others} none="" />
                </tbody>
              </table>
            </div>
          </Show>
        )}
      </LoadedBody>
    </section>
  );
}

function GroupRow(props: { name: string; group: GroupPreview | undefined; none: string }): JSX.Element {
  const pages = () => props.group?.pages ?? [];
  return (
    <tr>
      <th scope="row">
        <bdi>{props.name}</bdi>
      </th>
      <td class="number">{formatCount(pages().length)}</td>
      <td class="number">{formatCount(props.group?.views ?? 0)}</td>
      <td class="preview-pages">
        <Show when={pages().length > 0} fallback={props.none}>
          <For each={pages().slice(0, EXAMPLES)}>{({ page }) => <code>{page}</code>}</For>
          <Show when={pages().length > EXAMPLES}> {words.more(pages().length - EXAMPLES)}</Show>
        </Show>
      </td>
    </tr>
  );
}
