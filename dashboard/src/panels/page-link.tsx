// The link to a page's own screen, beside the link that filters by it.
import { useLocation, useParams } from "@solidjs/router";
import { type Accessor, type JSX, Show } from "solid-js";
import { filteredPage, isPageDimension, isPath, searchOfPage } from "../data/detail/page";
import type { Filter } from "../data/filters/filter";
import { Icon } from "../parts/icon";
import { PAGES } from "../property-screens";
import { words } from "../words/detail/page";

/** The address of a page's screen, with the period and filters of this one. */
export function usePageHref(): (page: string | null) => string {
  const location = useLocation();
  const params = useParams();
  return (page) => `/p/${params.site_id}${PAGES.path}${searchOfPage(location.search, page)}`;
}

/** Nothing for values that are no pages. */
export function PageLink(props: { dimension: string; value: string | null }): JSX.Element {
  const hrefOf = usePageHref();
  const page = (): string | null => (isPageDimension(props.dimension) && isPath(props.value) ? props.value : null);
  return (
    <Show when={page()}>
      {(path: Accessor<string>) => (
        <a class="row-more" href={hrefOf(path())} aria-label={words.detailsOf(path())} title={words.details}>
          <Icon name="right" />
        </a>
      )}
    </Show>
  );
}

/** A page within a sentence, which leads to its details. */
export function HeadlinePage(props: { path: string; children: JSX.Element }): JSX.Element {
  const hrefOf = usePageHref();
  return (
    <a class="headline-page" href={hrefOf(props.path)} title={words.details}>
      {props.children}
    </a>
  );
}

/** The way to the details of the page that the screen is filtered by; nothing without one. */
export function FilteredPage(props: { filters: readonly Filter[] }): JSX.Element {
  const hrefOf = usePageHref();
  return (
    <Show when={filteredPage(props.filters)}>
      {(path) => (
        <p class="filtered-page">
          <a href={hrefOf(path())}>
            {words.detailsOf(path())}
            <Icon name="right" />
          </a>
        </p>
      )}
    </Show>
  );
}
