// Settings: who gets which mail, and the webhook as the other way to be told.
import { createMemo, createSignal, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { ADDRESSES, areAllMarked, MARKED, toEntryFaults, toLines, toList } from "../../data/lines";
import { useProperty } from "../../frame/property-frame";
import { Radios } from "../../parts/choices";
import { Submit, Switch } from "../../parts/field";
import { goToFirstMark, LinesField } from "../../parts/lines-field";
import { changeSettings, type Reports } from "./requests";
import { SentMails } from "./sent-mails";
import { SettingsLoaded } from "./settings-loaded";
import { WebhookForm } from "./webhook-form";
import "./settings.css";

const SUMMARIES = [
  { value: "failures", label: "Only when it fails", hint: "At once, with what went wrong." },
  { value: "daily", label: "Once a day", hint: "One mail with the runs of the day." },
  { value: "every", label: "Every run with data", hint: "Up to twelve mails an hour." },
] as const satisfies { value: Reports["run_summary"]; label: string; hint: string }[];

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
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          void save.run().then(() => goToFirstMark(form));
        }}
      >
        <LinesField
          label="Recipients"
          hint="One address a line, at most ten. Cloudflare sends to addresses that your account has verified."
          rows={3}
          placeholder="you@example.com"
          value={recipients()}
          onInput={setRecipients}
          separator={ADDRESSES}
          faults={faults()}
        />
        <Switch
          label="Weekly report"
          hint="On Monday: the numbers, how they changed, top pages and sources, what is to be expected."
          checked={weekly()}
          onChange={setWeekly}
        />
        <Switch
          label="Monthly report"
          hint="The same on the first of a month."
          checked={monthly()}
          onChange={setMonthly}
        />
        <Switch
          label="Anomalies"
          hint="When a number is not what it usually is. Each is told once."
          checked={anomalies()}
          onChange={setAnomalies}
        />
        <Radios legend="Runs of the pipeline" choices={SUMMARIES} value={summary()} onPick={setSummary} />
        <Submit
          label="Save"
          pending={save.pending()}
          error={areAllMarked(save.faults(), [RECIPIENTS]) ? MARKED : save.error()}
          done={save.done() && "Saved."}
        />
      </form>
    </section>
  );
}
