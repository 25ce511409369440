// Sentences of mails about the pipeline.

export const handledOf = (rows: string, objects: string): string => `${rows} from ${objects}`;
export const runSubject = (handled: string): string => `pipeline run processed ${handled}`;
export const daySubject = (runs: string, date: string): string => `${runs} on ${date}`;
export const dayHeading = (date: string): string => `Pipeline on ${date}`;
export const previewOf = (handled: string, duration: string): string => `${handled} in ${duration}.`;
export const startedOf = (time: string, timezone: string, runId: string): string =>
  `Started ${time} (${timezone}). Run ID: ${runId}.`;
export const failedOf = (name: string): string => `${name} failed`;

export const RUN_SENTENCES = {
  run: "pipeline run",
  heading: "Pipeline run",
  rows: "Rows",
  objects: "Objects",
  duration: "Duration",
  results: "Results",
  link: "Open pipeline",
  reasonEvery: "You receive this because this property sends a summary of every run with data.",
  reasonDaily: "You receive this because this property sends a daily summary of runs.",
};

export const FAILURE_SENTENCES = {
  notice: "No data was lost. Unprocessed data stays in place, and the next run retries it.",
  details: "Run",
  started: "Started",
  failed: "Failed",
  timezone: "Time zone",
  run: "Run ID",
  once: "You won’t get another email today if the same failure repeats. The Pipeline screen lists every run.",
  reason: "You receive this because this property sends failure alerts to all recipients.",
  example: "Error: this is an example; nothing has failed",
};
