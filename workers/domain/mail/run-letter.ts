// The mails about the pipeline: the results of a run or of a day, and failures.
import type { RunReport } from "../runs/run";
import { RUNS, type RunKind } from "../runs/tasks";
import { inSentence, resultLabel } from "../wording/label";
import type { Frame, Letter } from "./letter";
import {
  dayHeading,
  daySubject,
  FAILURE_SENTENCES,
  failedOf,
  handledOf,
  previewOf,
  RUN_SENTENCES,
  runSubject,
  startedOf,
} from "./sentences/run";
import { counted, formatCount, formatDuration, formatTime, longDate } from "./words";

export interface RunSummaryData {
  /** One run, or all runs of a local day. */
  of: { kind: "run"; run_id: string; started_at: number } | { kind: "day"; date: string; runs: number };
  /** Raw objects and rows of the property that were processed. */
  files: number;
  rows: number;
  seconds: number;
  /** The results of the run; for a day, the sums. */
  report: RunReport;
  timezone: string;
}

export interface FailureData {
  run_id: string;
  kind: RunKind;
  started_at: number;
  failed_at: number;
  error: string;
  timezone: string;
}

const pipelineLink = ({ url }: Frame): Letter["blocks"] =>
  url === null ? [] : [{ kind: "link", label: RUN_SENTENCES.link, url: `${url}/pipeline` }];

export function toRunSummaryLetter(data: RunSummaryData, frame: Frame): Letter {
  const { of, files, rows, seconds, report, timezone } = data;
  const handled = handledOf(counted(rows, "row"), counted(files, "object"));
  const subject =
    of.kind === "run"
      ? `${frame.property}: ${runSubject(handled)}`
      : `${frame.property}: ${daySubject(counted(of.runs, RUN_SENTENCES.run), longDate(of.date))}`;
  const results = Object.entries(report).filter(([, value]) => value !== null);
  return {
    subject,
    preview: previewOf(handled, formatDuration(seconds)),
    heading: of.kind === "run" ? RUN_SENTENCES.heading : dayHeading(longDate(of.date)),
    blocks: [
      {
        kind: "figures",
        title: null,
        figures: [
          { label: RUN_SENTENCES.rows, value: formatCount(rows), change: null, better: null },
          { label: RUN_SENTENCES.objects, value: formatCount(files), change: null, better: null },
          { label: RUN_SENTENCES.duration, value: formatDuration(seconds), change: null, better: null },
        ],
      },
      ...(results.length === 0
        ? []
        : [
            {
              kind: "table" as const,
              title: RUN_SENTENCES.results,
              columns: ["", ""],
              rows: results.map(([name, value]) => [
                resultLabel(name),
                typeof value === "number" ? formatCount(value) : String(value),
              ]),
            },
          ]),
      ...(of.kind === "run"
        ? [
            {
              kind: "paragraph" as const,
              text: startedOf(formatTime(of.started_at, timezone), timezone, of.run_id),
            },
          ]
        : []),
      ...pipelineLink(frame),
    ],
    reason: of.kind === "run" ? RUN_SENTENCES.reasonEvery : RUN_SENTENCES.reasonDaily,
  };
}

export function toFailureLetter(
  { run_id, kind, started_at, failed_at, error, timezone }: FailureData,
  frame: Frame,
): Letter {
  const name = RUNS[kind].title;
  return {
    subject: `${frame.property}: ${failedOf(inSentence(name))}`,
    preview: error,
    heading: failedOf(name),
    blocks: [
      {
        kind: "notice",
        tone: "bad",
        text: FAILURE_SENTENCES.notice,
      },
      { kind: "code", text: error },
      {
        kind: "table",
        title: FAILURE_SENTENCES.details,
        columns: ["", ""],
        rows: [
          [FAILURE_SENTENCES.started, formatTime(started_at, timezone)],
          [FAILURE_SENTENCES.failed, formatTime(failed_at, timezone)],
          [FAILURE_SENTENCES.timezone, timezone],
          [FAILURE_SENTENCES.run, run_id],
        ],
      },
      { kind: "paragraph", text: FAILURE_SENTENCES.once },
      ...pipelineLink(frame),
    ],
    reason: FAILURE_SENTENCES.reason,
  };
}
