// What mails say of the pipeline: what a run or a day of runs did, and that one failed.
import type { RunKind, RunReport } from "../runs/run";
import type { Frame, Letter } from "./letter";
import { counted, formatCount, formatDuration, formatTime, longDate, RUN_NAMES } from "./words";

export interface RunSummaryData {
  /** One run, or all runs of a local day. */
  of: { kind: "run"; run_id: string; started_at: number } | { kind: "day"; date: string; runs: number };
  /** Raw objects and rows of the property that were handled. */
  files: number;
  rows: number;
  seconds: number;
  /** What they did; of a day the sums of numbers. */
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

/** `techstack_rows` → `Techstack rows`. */
const toLabel = (name: string): string => {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const pipelineLink = ({ url }: Frame): Letter["blocks"] =>
  url === null ? [] : [{ kind: "link", label: "Open the pipeline", url: `${url}/pipeline` }];

export function toRunSummaryLetter(data: RunSummaryData, frame: Frame): Letter {
  const { of, files, rows, seconds, report, timezone } = data;
  const handled = `${counted(rows, "row")} of ${counted(files, "object")}`;
  const subject =
    of.kind === "run"
      ? `${frame.property}: run processed ${handled}`
      : `${frame.property}: ${counted(of.runs, "run")} on ${longDate(of.date)}`;
  const told = Object.entries(report).filter(([, value]) => value !== null);
  return {
    subject,
    preview: `${handled}, in ${formatDuration(seconds)}.`,
    heading: of.kind === "run" ? "A run of the pipeline" : `The pipeline on ${longDate(of.date)}`,
    blocks: [
      {
        kind: "figures",
        title: null,
        figures: [
          { label: "Rows", value: formatCount(rows), change: null, better: null },
          { label: "Objects", value: formatCount(files), change: null, better: null },
          { label: "Time", value: formatDuration(seconds), change: null, better: null },
        ],
      },
      ...(told.length === 0
        ? []
        : [
            {
              kind: "table" as const,
              title: "What it did",
              columns: ["", ""],
              rows: told.map(([name, value]) => [
                toLabel(name),
                typeof value === "number" ? formatCount(value) : String(value),
              ]),
            },
          ]),
      ...(of.kind === "run"
        ? [
            {
              kind: "paragraph" as const,
              text: `Began ${formatTime(of.started_at, timezone)} (${timezone}) as ${of.run_id}.`,
            },
          ]
        : []),
      ...pipelineLink(frame),
    ],
    reason:
      of.kind === "run"
        ? "You get this because the property's run summary is set to every run with data."
        : "You get this because the property's run summary is set to daily.",
  };
}

export function toFailureLetter(
  { run_id, kind, started_at, failed_at, error, timezone }: FailureData,
  frame: Frame,
): Letter {
  const name = RUN_NAMES[kind];
  return {
    subject: `${frame.property}: ${name.charAt(0).toLowerCase()}${name.slice(1)} failed`,
    preview: error,
    heading: `${name} failed`,
    blocks: [
      {
        kind: "notice",
        tone: "bad",
        text: "Nothing is lost: what was not processed is still there, and the next run tries again.",
      },
      { kind: "code", text: error },
      {
        kind: "table",
        title: "The run",
        columns: ["", ""],
        rows: [
          ["Began", formatTime(started_at, timezone)],
          ["Failed", formatTime(failed_at, timezone)],
          ["Time zone", timezone],
          ["Run", run_id],
        ],
      },
      { kind: "paragraph", text: "The same failure is not told again today. The pipeline's page lists every run." },
      ...pipelineLink(frame),
    ],
    reason: "You get this because you are a recipient of the property's mail, and failures are told at once.",
  };
}
