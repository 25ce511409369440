// Sentences of the weekly and the monthly report.

export type Span = "week" | "month";
const ADJECTIVE: Record<Span, string> = { week: "weekly", month: "monthly" };

export const subjectOf = (span: Span, dates: string): string => `${ADJECTIVE[span]} report, ${dates}`;
export const headingOf = (span: Span, dates: string): string =>
  `${span === "week" ? "Weekly" : "Monthly"} report, ${dates}`;

export const noVisitors = (span: Span): string => `No visitors this ${span}.`;
export const onlyVisitors = (visitors: string): string => `${visitors}.`;
export const sameVisitors = (visitors: string, span: Span): string => `${visitors}, as in the previous ${span}.`;
export const changedVisitors = (visitors: string, change: string, span: Span): string =>
  `${visitors}, ${change} vs. the previous ${span}.`;

export const comparedWith = (dates: string): string => `Compared with ${dates}.`;
export const rangeOf = (low: string, high: string): string => `${low} to ${high}`;
export const reasonOf = (span: Span): string =>
  `You receive this because ${ADJECTIVE[span]} reports are on for this property.`;

export const REPORT_SENTENCES = {
  pages: "Top pages",
  pageviews: "page views",
  sources: "Top sources",
  visitors: "visitors",
  forecast: "Forecast",
  forecastVisitors: "Visitors",
  forecastRange: "80% range",
  link: "Open the dashboard",
};

/** A test mail is the weekly report, marked as a test. */
export const testSubject = (subject: string): string => `Test: ${subject}`;
export const TEST_REASON = "You receive this because someone sent a test email for this property.";
