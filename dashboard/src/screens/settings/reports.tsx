// Settings: mail recipients and reports, and the webhook.
import { createMemo, createSignal, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { ADDRESSES, areAllMarked, toEntryFaults, toLines, toList } from "../../data/lines";
import { useProperty } from "../../frame/property-frame";
import { Radios } from "../../parts/choices";
import { Switch } from "../../parts/field";
import { Form, Submit } from "../../parts/form";
import { goToFirstMark, LinesField } from "../../parts/lines-field";
import { changeSettings, type Reports } from "./requests";
import { SentMails } from "./sent-mails";
import { SettingsLoaded } from "./settings-loaded";
import { WebhookForm } from "./webhook-form";
import "./settings.css";
import { words as parts } from "../../words/parts";
import { reports as words } from "../../words/settings";

const SUMMARIES = (["failures", "daily", "every"] as const satisfies Reports["run_summary"][]).map((value) => ({
  value,
  ...words.runSummaries[value],
}));

const RECIPIENTS = "reports.recipients";

export function ReportSettings(): JSX.Element {
  const [changes, setChanges] = createSignal(0);
  return (
    <>
      <SettingsLoaded>
        {({ reports }) => (
          <>
            <MailForm reports={reports} onSaved={() => setChanges((count) => count + 1)} />
            <WebhookForm webhook={reports.webhook} />
          </>
        )}
      </SettingsLoaded>
      <SentMails changes={changes()} />
    </>
  );
}

function MailForm(props: { reports: Reports; onSaved: () => void }): JSX.Element {
  const { property } = useProperty();
  const [recipients, setRecipients] = createSignal(toLines(props.reports.recipients));
  const [summary, setSummary] = createSignal(props.reports.run_summary);
  const [anomalies, setAnomalies] = createSignal(props.reports.anomalies);
  const [weekly, setWeekly] = createSignal(props.reports.weekly);
  const [monthly, setMonthly] = createSignal(props.reports.monthly);
  let sent: string[] = [];
  const save = createAction(async () => {
    sent = toList(recipients());
    await changeSettings(property().site_id, {
      reports: {
        recipients: sent,
        run_summary: summary(),
        anomalies: anomalies(),
        weekly: weekly(),
        monthly: monthly(),
      },
    });
    props.onSaved();
  });
  const faults = createMemo(() => toEntryFaults(save.faults(), RECIPIENTS, sent));
  return (
    <section class="block">
      <Form onSubmit={(form) => void save.run().then(() => goToFirstMark(form))}>
        <LinesField
          label={words.recipients}
          hint={words.recipientsHint}
          rows={3}
          placeholder={words.recipientExample}
          value={recipients()}
          onInput={setRecipients}
          separator={ADDRESSES}
          faults={faults()}
        />
        <Switch label={words.weekly} hint={words.weeklyHint} checked={weekly()} onChange={setWeekly} />
        <Switch label={words.monthly} hint={words.monthlyHint} checked={monthly()} onChange={setMonthly} />
        <Switch label={words.anomalies} hint={words.anomaliesHint} checked={anomalies()} onChange={setAnomalies} />
        <Radios legend={words.runs} choices={SUMMARIES} value={summary()} onPick={setSummary} />
        <Submit
          label={parts.save}
          action={save}
          error={areAllMarked(save.faults(), [RECIPIENTS]) ? parts.markedLines : save.error()}
          done={parts.saved}
        />
      </Form>
    </section>
  );
}
