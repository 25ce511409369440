// The filters of this page, which are in its URL.
import { useLocation, useSearchParams } from "@solidjs/router";
import { type Accessor, createMemo } from "solid-js";
import type { Params } from "../view";
import { type Filter, isChosen, readFilters, withValue, writeFilters } from "./filter";

export interface Filters {
  list: Accessor<readonly Filter[]>;
  /** Goes to these filters. The browser's back button undoes it. */
  set: (filters: readonly Filter[], more?: Params) => void;
  /** The address of this page with a filter by a value, or without it if it is chosen. */
  hrefOf: (dimension: string, value: string) => string;
  isChosen: (dimension: string, value: string) => boolean;
}

/** The parameter with the segment whose filters are taken apart to edit it. */
export const EDITED_SEGMENT = "segment";

/** Parameters of an open dialog: a row of it filters the page behind. */
const DIALOGS = ["all"];

export function useFilters(): Filters {
  const location = useLocation();
  const [params, setParams] = useSearchParams();
  const list = createMemo(() => readFilters((params as Params).f), undefined, {
    equals: (one, other) => writeFilters(one) === writeFilters(other),
  });
  const hrefFor = (filters: readonly Filter[]): string => {
    const query = new URLSearchParams(location.search);
    for (const name of DIALOGS) query.delete(name);
    const text = writeFilters(filters);
    if (text === undefined) for (const name of ["f", EDITED_SEGMENT]) query.delete(name);
    else query.set("f", text);
    return `${location.pathname}${query.size > 0 ? `?${query}` : ""}`;
  };
  return {
    list,
    set: (filters, more = {}) =>
      setParams(
        // Without filters, no segment is being edited. The tenth page of a list may not exist under other filters.
        {
          f: writeFilters(filters),
          ...(filters.length === 0 && { [EDITED_SEGMENT]: undefined }),
          ...(/^\d+$/.test((params as Params).page ?? "") && { page: undefined }),
          ...more,
        },
        { scroll: false },
      ),
    hrefOf: (dimension, value) => hrefFor(withValue(list(), dimension, value)),
    isChosen: (dimension, value) => isChosen(list(), dimension, value),
  };
}
