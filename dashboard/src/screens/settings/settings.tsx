// The settings of a property, in sections.
import { A, useParams } from "@solidjs/router";
import { type Component, For, type JSX, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import { useProperty } from "../../frame/property-frame";
import { words as goals } from "../../words/saved/goals";
import { words as pageGroups } from "../../words/saved/page-groups";
import { words } from "../../words/settings";
import { AlertSettings } from "./alerts";
import { AuditSettings } from "./audit/audit";
import { GeneralSettings } from "./general";
import { KeySettings } from "./keys";
import { PageSettings } from "./pages";
import { PrivacySettings } from "./privacy";
import { RefusalSettings } from "./refusals";
import { ReportSettings } from "./reports";
import { RetentionSettings } from "./retention";
import { GoalSettings } from "./saved/goals";
import { PageGroupSettings } from "./saved/page-groups";
import { StreamSettings } from "./streams";

const SECTIONS: { path: string; label: string; page: Component }[] = [
  { path: "", label: words.sections.general, page: GeneralSettings },
  { path: "goals", label: goals.title, page: GoalSettings },
  { path: "streams", label: words.sections.streams, page: StreamSettings },
  { path: "pages", label: words.sections.pages, page: PageSettings },
  { path: "page-groups", label: pageGroups.title, page: PageGroupSettings },
  { path: "privacy", label: words.sections.privacy, page: PrivacySettings },
  { path: "retention", label: words.sections.retention, page: RetentionSettings },
  { path: "alerts", label: words.sections.alerts, page: AlertSettings },
  { path: "reports", label: words.sections.reports, page: ReportSettings },
  { path: "keys", label: words.sections.keys, page: KeySettings },
  { path: "audit", label: words.sections.audit, page: AuditSettings },
  { path: "refusals", label: words.sections.refusals, page: RefusalSettings },
];

export function Settings(): JSX.Element {
  const params = useParams();
  const { property } = useProperty();
  const section = () => SECTIONS.find(({ path }) => path === (params.section ?? "")) ?? SECTIONS[0]!;
  const home = (): string => `/p/${property().site_id}`;

  return (
    <main class="settings">
      <nav class="settings-nav" aria-label={words.title}>
        <A href={home()} class="settings-back">
          {words.back}
        </A>
        <ul>
          <For each={SECTIONS}>
            {({ path, label }) => (
              <li>
                <A
                  href={`${home()}/settings${path && `/${path}`}`}
                  end
                  aria-current={section().path === path ? "page" : undefined}
                >
                  {label}
                </A>
              </li>
            )}
          </For>
        </ul>
      </nav>
      <div class="settings-body">
        <h1>{section().label}</h1>
        {/* Keyed by the section: a form never keeps text typed into another. */}
        <Show when={section()} keyed>
          {({ page }) => <Dynamic component={page} />}
        </Show>
      </div>
    </main>
  );
}
