// Pages: one page in detail, with where its visitors came from and went; without one, the list of pages.
import { createMemo, type JSX, Show } from "solid-js";
import { createAnswer } from "../../data/answer";
import { createOpenHour } from "../../data/clock";
import { isPath, pagesQuestion } from "../../data/detail/page";
import type { Scene } from "../../data/question";
import { writeWithoutBots } from "../../data/view";
import { BotsNote, BotsSwitch } from "../../frame/bots-switch";
import { useProperty } from "../../frame/property-frame";
import { createScreen, LoadedPanel, type Screen, ScreenFoot, ScreenHead } from "../../frame/screen";
import { AnswerRows } from "../../panels/answer-rows";
import { words } from "../../words/detail/page";
import { words as parts } from "../../words/parts";
import { PageDetail } from "./page-detail";
import "./pages.css";

export function Pages(): JSX.Element {
  const screen = createScreen({ canFilter: true, isOfQueries: true });
  const { property } = useProperty();
  const hour = createOpenHour(
    () => screen.view().period,
    () => property().timezone,
    screen.clock,
  );
  const scene = createMemo(
    (): Scene => ({ siteId: screen.scene().siteId, today: screen.today(), view: screen.view(), ...hour() }),
  );
  const page = (): string | null => {
    const named = screen.param("page") ?? null;
    return isPath(named) ? named : null;
  };
  const toBots = (without: boolean): void => screen.change(writeWithoutBots(without));
  const bots = (): JSX.Element => <BotsSwitch without={screen.view().withoutBots} onChange={toBots} />;
  const notes = (): JSX.Element => (
    <Show when={screen.view().withoutBots}>
      <BotsNote onEnd={() => toBots(false)}>{words.botsExcluded}</BotsNote>
    </Show>
  );
  return (
    <main class="overview">
      <Show when={page()} keyed fallback={<AllPages scene={scene()} screen={screen} bots={bots()} notes={notes()} />}>
        {(path) => <PageDetail scene={{ ...scene(), page: path }} screen={screen} bots={bots()} notes={notes()} />}
      </Show>
      <ScreenFoot screen={screen} withoutBots={screen.view().withoutBots} />
    </main>
  );
}

function AllPages(props: { scene: Scene; screen: Screen; bots: JSX.Element; notes: JSX.Element }): JSX.Element {
  const pages = createAnswer(() => props.scene, pagesQuestion, props.screen.tick);
  return (
    <>
      <ScreenHead title={words.title} lead={words.lead} screen={props.screen} more={props.bots} />
      {props.notes}
      <LoadedPanel title={words.all} loaded={pages} bones={9}>
        {(answer) => (
          <AnswerRows
            caption={words.all}
            head={parts.page}
            dimension="event:page"
            metrics={["pageviews", "visitors", "time_on_page"]}
            rows={answer().results}
            filters={props.screen.filters!}
            empty={words.none}
            limit={40}
          />
        )}
      </LoadedPanel>
    </>
  );
}
