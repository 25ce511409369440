// One rule in detail: its pages, elements and devices.
import { type JSX, Show } from "solid-js";
import { createLoaded } from "../../data/answer";
import { formatAgo, formatCount } from "../../data/format";
import { loadRuleInsight } from "../../data/insight";
import { valueName } from "../../data/naming";
import type { Rule } from "../../data/rule";
import { LoadedPanel, type Screen } from "../../frame/screen";
import { type ValueRow, ValueRows } from "../../panels/value-rows";
import { Figure } from "../../parts/figure";
import { Icon } from "../../parts/icon";
import { Empty } from "../../parts/notice";
import { words as parts } from "../../words/parts";
import { words } from "../../words/rules";
import { formatRate, matchName, rateOf } from "./row";

export function RuleAnalysis(props: { rule: Rule; screen: Screen }): JSX.Element {
  const insight = createLoaded(
    () => ({ scene: props.screen.scene(), id: props.rule.id, rule: props.rule }),
    loadRuleInsight,
    props.screen.tick,
    ({ scene, id }) => ({ scene, id }),
  );
  /** The rule of the shown figures. */
  const rule = (): Rule => insight.shown()?.key.rule ?? props.rule;
  const most = (counts: readonly { clicks: number }[]): number => Math.max(1, ...counts.map(({ clicks }) => clicks));
  const toFilter = (dimension: string, value: string): Pick<ValueRow, "href" | "chosen"> => ({
    href: props.screen.filters!.hrefOf(dimension, value),
    chosen: props.screen.filters!.isChosen(dimension, value),
  });
  return (
    <LoadedPanel
      title={words.analysis.title(rule().name)}
      loaded={insight}
      class="rule-analysis"
      end={
        <a
          class="button button-icon"
          href={props.screen.hrefWith({ rule: undefined })}
          noScroll
          aria-label={words.analysis.close}
          title={parts.close}
        >
          <Icon name="close" />
        </a>
      }
    >
      {(value) => (
        <>
          <dl class="tally">
            <Figure label={matchName(rule())} value={formatCount(value().clicks)} />
            <Figure label={parts.visitors} value={formatCount(value().visitors)} />
            <Figure label={words.analysis.impressions} value={formatCount(value().views)} />
            <Figure label={words.ctr} value={formatRate(rateOf(rule(), value().ctr))} />
            <Figure
              label={words.last}
              value={
                <Show when={value().last_click_at} fallback={value().clicks > 0 ? words.imported : words.never}>
                  {(at) => <time datetime={at()}>{formatAgo(Date.parse(at()), Date.now())}</time>}
                </Show>
              }
            />
          </dl>
          <Show
            when={value().clicks > 0 || value().views > 0}
            fallback={
              <Empty title={words.analysis.none}>
                {rule().enabled ? words.analysis.neverSeen : words.analysis.isOff}
              </Empty>
            }
          >
            <div class="insight-halves">
              <div>
                <ValueRows
                  caption={words.analysis.pagesOf(rule().name)}
                  head={parts.page}
                  columns={[matchName(rule()), words.analysis.impressions, words.ctr]}
                  rows={value().pages.map(({ page, clicks, seen, ctr }) => ({
                    name: page,
                    ...toFilter("event:page", page),
                    share: clicks / most(value().pages),
                    figures: [formatCount(clicks), formatCount(seen), formatRate(rateOf(rule(), ctr))],
                  }))}
                />
              </div>
              <div>
                <ValueRows
                  caption={words.analysis.elementsOf(rule().name)}
                  head={words.analysis.element}
                  columns={[matchName(rule())]}
                  rows={value().elements.map(({ text, href, clicks }) => ({
                    name: text ?? words.analysis.noText,
                    ...(href ? { hint: href } : {}),
                    share: clicks / most(value().elements),
                    figures: [formatCount(clicks)],
                  }))}
                />
                <ValueRows
                  caption={words.analysis.devicesOf(rule().name)}
                  head={words.analysis.device}
                  columns={[matchName(rule())]}
                  rows={value().devices.map(({ device, clicks }) => ({
                    name: valueName("visit:device", device),
                    ...toFilter("visit:device", device),
                    share: clicks / most(value().devices),
                    figures: [formatCount(clicks)],
                  }))}
                />
              </div>
            </div>
          </Show>
        </>
      )}
    </LoadedPanel>
  );
}
