// The goals of a property: who reached each, how often, the conversion rate, and revenue where there is any.
import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { createAnswer } from "../../data/answer";
import { isRevenue } from "../../data/detail/money";
import { GOAL, ofTheSameVisits } from "../../data/filters/filter";
import { useFilters } from "../../data/filters/use-filters";
import { formatCount, formatShort, NOTHING } from "../../data/format";
import { toDateRange } from "../../data/period";
import type { Property } from "../../data/property";
import { filtersOf, type Question, type Scene, whoOf } from "../../data/question";
import { createGoals } from "../../data/saved/changes";
import { formatRate, formatValue, type MetricValue } from "../../data/saved/conversion";
import {
  currenciesOf,
  type GoalColumn,
  type GoalOrder,
  type GoalRow,
  nextOrder,
  orderGoals,
  STANDARD_ORDER,
} from "../../data/saved/goal-order";
import type { OfferScene } from "../../data/saved/offer";
import type { Goal } from "../../data/saved/requests";
import { canManage } from "../../data/saved/rights";
import { Bones } from "../../frame/screen";
import { Icon } from "../../parts/icon";
import { LoadedBody } from "../../parts/loaded";
import { Empty, Failure } from "../../parts/notice";
import { words } from "../../words/saved/goals";
import { FilterLink } from "../filter-link";
import { onDemand } from "../on-demand";
import "./goals.css";

// Only those who set up goals need them.
const GoalDialog = onDemand(async () => (await import("./goal-dialog")).GoalDialog);
const GoalOffers = onDemand(async () => (await import("./goal-offers")).GoalOffers);

const ROWS = 9;
/** Offers of the empty panel. */
const OFFERS = 6;

/** Choosing a goal must not hide what the same visitors did elsewhere in the visit. */
const goalsQuestion = (scene: Scene): Question => ({
  site_id: scene.siteId,
  date_range: toDateRange(scene.view.period, scene.today),
  ...filtersOf(ofTheSameVisits(scene.view.filters)),
  metrics: ["visitors", "events", "conversion_rate", "total_revenue"],
  dimensions: [GOAL],
  include: whoOf(scene),
});

export function GoalsPanel(props: { property: Property; scene: Scene; tick: () => unknown }): JSX.Element {
  const filters = useFilters();
  const [isOpen, setOpen] = createSignal(false);
  const [isAll, setAll] = createSignal(false);
  const [order, setOrder] = createSignal(STANDARD_ORDER);
  /** More than one is said where the order is by revenue. */
  const currencies = (): string[] => currenciesOf(rows(), props.property.currency);
  const goals = createGoals(() => props.property.site_id);
  const list = (): readonly Goal[] => goals.value() ?? [];
  const answer = createAnswer(() => (list().length > 0 ? props.scene : null), goalsQuestion, props.tick);
  const rows = createMemo((): GoalRow[] => {
    const known = new Map(
      answer.value()?.results.map((row) => [row.dimensions[0], row.metrics as readonly MetricValue[]]),
    );
    const all = list().map(({ name }): GoalRow => {
      const [uniques, total, rate = null, revenue = null] = known.get(name) ?? [];
      return { name, uniques: Number(uniques ?? 0), total: Number(total ?? 0), rate, revenue };
    });
    return orderGoals(all, order(), props.property.currency);
  });
  const offerScene = (): OfferScene => ({
    siteId: props.scene.siteId,
    today: props.scene.today,
    range: toDateRange(props.scene.view.period, props.scene.today),
  });
  const isNone = (): boolean => goals.value()?.length === 0;

  return (
    <section class="panel goals" aria-labelledby="panel-goals">
      <header class="panel-head">
        <h2 id="panel-goals">{words.title}</h2>
        <Show when={canManage(props.property)}>
          <button type="button" class="button button-small button-quiet" onClick={() => setOpen(true)}>
            <Icon name="plus" />
            {words.newGoal}
          </button>
        </Show>
      </header>
      <Show when={goals.state() === "error"}>
        <Failure what={words.loadFailed} error={goals.error()} onRetry={goals.retry} />
      </Show>
      <Show
        when={!isNone()}
        fallback={
          <div class="panel-body goals-empty">
            <Show when={canManage(props.property)} fallback={<Empty title={words.none}>{words.noneReadOnly}</Empty>}>
              <p>
                <strong>{words.none}.</strong> {words.offersLead}
              </p>
              <GoalOffers scene={offerScene()} goals={list()} most={OFFERS} tick={props.tick} />
            </Show>
          </div>
        }
      >
        <Show when={goals.state() === "loading"}>
          <div class="panel-body" aria-busy="true">
            <Bones count={ROWS} />
          </div>
        </Show>
        <LoadedBody class="panel-body" loaded={answer} failure={words.loadFailed} bones={<Bones count={ROWS} />}>
          {() => (
            <>
              <GoalRows
                rows={isAll() ? rows() : rows().slice(0, ROWS)}
                hasRevenue={currencies().length > 0}
                order={order()}
                onOrder={(by) => setOrder((now) => nextOrder(now, by))}
              >
                {(name) => <FilterLink filters={filters} dimension={GOAL} value={name} />}
              </GoalRows>
              <Show when={order().by === "revenue" && currencies().length > 1}>
                <p class="panel-note">{words.byCurrency(currencies())}</p>
              </Show>
            </>
          )}
        </LoadedBody>
      </Show>
      <footer class="panel-foot">
        <Show when={rows().length > ROWS}>
          <button type="button" class="button button-small button-quiet" onClick={() => setAll((all) => !all)}>
            {isAll() ? words.showFewer : words.showAll(formatCount(rows().length))}
          </button>
        </Show>
        <Show when={canManage(props.property) && list().length > 0}>
          <a class="button button-small button-quiet" href={`/p/${props.property.site_id}/settings/goals`}>
            {words.manage}
          </a>
        </Show>
      </footer>
      <Show when={isOpen()}>
        <GoalDialog
          scene={offerScene()}
          goal={null}
          goals={list()}
          currency={props.property.currency}
          onClose={() => setOpen(false)}
        />
      </Show>
    </section>
  );
}

function GoalRows(props: {
  rows: readonly GoalRow[];
  hasRevenue: boolean;
  order: GoalOrder;
  onOrder: (by: GoalColumn) => void;
  children: (name: string) => JSX.Element;
}): JSX.Element {
  const top = (): number => Math.max(1, ...props.rows.map(({ uniques }) => uniques));
  const Head = (head: { by: GoalColumn; class: string; text: string; hint?: string }): JSX.Element => {
    const isBy = (): boolean => props.order.by === head.by;
    const isDown = (): boolean => props.order.direction === "desc";
    return (
      <th
        scope="col"
        class={head.class}
        title={head.hint}
        aria-sort={isBy() ? (isDown() ? "descending" : "ascending") : undefined}
      >
        <button type="button" class="sort" onClick={() => props.onOrder(head.by)}>
          <Show when={isBy()}>
            <Icon name={isDown() ? "fall" : "rise"} />
          </Show>
          {head.text}
        </button>
      </th>
    );
  };
  return (
    <table class="rows rows-goals">
      <thead>
        <tr>
          <th scope="col">{words.goal}</th>
          <Head by="uniques" class="number" text={words.uniques} />
          <Head by="total" class="number share" text={words.total} />
          <Head by="rate" class="number share" text={words.rate} hint={words.rateHint} />
          <Show when={props.hasRevenue}>
            <Head by="revenue" class="number goal-money" text={words.revenue} />
          </Show>
        </tr>
      </thead>
      <tbody>
        <For each={props.rows}>
          {(row) => (
            <tr classList={{ "goal-none": row.uniques === 0 }}>
              <th scope="row" class="row-name" style={{ "--share": `${(row.uniques / top()) * 100}%` }}>
                {props.children(row.name)}
              </th>
              <td class="number">{formatShort(row.uniques)}</td>
              <td class="number share">{formatShort(row.total)}</td>
              <td class="number share">{formatRate(typeof row.rate === "number" ? row.rate : 0, row.uniques)}</td>
              <Show when={props.hasRevenue}>
                <td class="number goal-money">
                  {isRevenue(row.revenue) ? formatValue("total_revenue", row.revenue, true) : NOTHING}
                </td>
              </Show>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
