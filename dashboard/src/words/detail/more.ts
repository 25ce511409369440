// Texts of the overview's lower part: when, where, for how long, and what was clicked.
export const words = {
  title: "More",
  map: "Visitors by country",
  visitors: "visitors",
  buttons: "Buttons",
  button: "Button",
  buttonsEmpty: "No clicks on buttons with an id in this period.",
  buttonsNote: "By the id of the clicked element. Click rate: clicks / views of pages with such clicks.",
  week: "Visitors by weekday and hour",
  weekCut: (days: number, range: string): string => `Only the last ${days} days: ${range}.`,
  duration: "Visit duration",
  durationCaption: "Visits by duration",
  scroll: "Scroll depth",
  scrollCaption: "Page views by scroll depth",
} as const;
