// Texts of the parts of all screens: forms, notices, tables, pickers.
export const words = {
  save: "Save",
  saved: "Saved.",
  savedWithinMinute: "Saved. Takes effect within a minute.",
  cancel: "Cancel",
  close: "Close",
  delete: "Delete",
  deleteConfirm: "Click again to delete",
  tryAgain: "Try again",
  oneMoment: "One moment…",
  copy: "Copy",
  copied: "Copied",
  copyByHand: "Press Ctrl+C",
  copyLabel: (label: string): string => `Copy: ${label}`,

  confirm: {
    title: "Confirm your password",
    lead: "For your security, enter your password again to continue.",
    password: "Password",
    button: "Confirm",
  },

  choices: "Choices",
  choiceCount: (count: number): string =>
    count === 0 ? "No matches" : `${count} ${count === 1 ? "choice" : "choices"}`,
  noChoice: (typed: string): string => `No matches for “${typed}”.`,

  line: (number: number): string => `Line ${number}`,
  /** Follows "Line 3". Names the entry if the line has several. */
  lineFault: (entry: string | null, message: string): string =>
    entry === null ? ` ${message}.` : ` (${entry}) ${message}.`,
  markedLines: "Not saved. Fix the marked lines.",

  showAll: (count: string): string => `Show all ${count}`,
  showAllOf: (things: string): string => ` in ${things}`,
  events: "Events",
  visitors: "Visitors",
  visits: "Visits",
  pageViews: "Page views",
  page: "Page",
  share: "Share",

  minutes: {
    caption: "Page views per minute",
    most: (count: string): string => `Page views per minute (max ${count})`,
    minute: "Minute",
    pageViews: "Page views",
    start: (minutes: number): string => `${minutes} min ago`,
    now: "now",
    name: (ago: number): string => (ago === 0 ? "this minute" : ago === 1 ? "1 minute ago" : `${ago} minutes ago`),
  },
} as const;
