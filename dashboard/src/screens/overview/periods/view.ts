// The view of the overview in the URL, with the period that the property starts with.
import { useLocation, useSearchParams } from "@solidjs/router";
import { type Accessor, createMemo } from "solid-js";
import { createAnswer, type LoadedFor } from "../../../data/answer";
import type { Period } from "../../../data/period";
import { firstPeriod, isPeriodOpen } from "../../../data/periods/beginning";
import { type Answer, beginningQuestion, firstDayOf } from "../../../data/question";
import { type Params, readView, STANDARD_PERIOD, type View, writeView } from "../../../data/view";

export interface Beginning {
  siteId: string;
  today: string;
}

export interface OverviewView {
  view: Accessor<View>;
  /** Undefined until it is known which period the property starts with. */
  period: Accessor<Period | undefined>;
  /** The property's first data. Nothing is compared with the time before it. */
  beginning: LoadedFor<Answer, Beginning>;
  change: (part: Partial<View>, replace?: boolean) => void;
  /** The address of this page with a part of the view changed. */
  hrefOf: (part: Partial<View>) => string;
}

/**
 * Create it before the page's other answers: they leave in one request, and the first day must be known before the
 * figures of a period that is not shown.
 */
export function createView(asked: Accessor<Beginning>): OverviewView {
  const location = useLocation();
  const [params, setParams] = useSearchParams();
  const beginning = createAnswer(asked, beginningQuestion);
  const firstDay = (): string | null | undefined => {
    const shown = beginning.shown();
    return shown?.key.siteId === asked().siteId ? firstDayOf(shown.value) : undefined;
  };
  const isOpen = (): boolean => isPeriodOpen(params as Params);
  const first = createMemo((): Period => firstPeriod(firstDay(), asked().today));
  const view = createMemo((): View => {
    const read = readView(params as Params);
    return isOpen() ? { ...read, period: first() } : read;
  });

  function paramsOf(part: Partial<View>): Params {
    const { period } = part;
    // The URL keeps its period: the standard one is written out where the property would start with another.
    if (!period) {
      const { period: name, from, to } = params as Params;
      return { ...writeView({ ...view(), ...part }), period: name, from, to };
    }
    // An interval and days to compare with were chosen for the former period.
    const compare = typeof view().compare === "object" ? "previous" : view().compare;
    const written = writeView({ ...view(), interval: null, compare, ...part });
    const isStandard = first().name === STANDARD_PERIOD;
    return period.name === STANDARD_PERIOD && !isStandard ? { ...written, period: STANDARD_PERIOD } : written;
  }

  return {
    view,
    period: () => (isOpen() && beginning.state() === "loading" ? undefined : view().period),
    beginning,
    change: (part, replace = false) => setParams(paramsOf(part), { replace, scroll: false }),
    hrefOf: (part) => {
      const query = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(paramsOf(part))) {
        if (value === undefined) query.delete(name);
        else query.set(name, value);
      }
      return `${location.pathname}${query.size > 0 ? `?${query}` : ""}`;
    },
  };
}
