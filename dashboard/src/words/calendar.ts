// Texts of the calendar, which loads when it is opened.
export const words = {
  title: "Custom range",
  compareTitle: "Compare with",
  back: "Previous month",
  ahead: "Next month",
  weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  chooseStart: "Choose the first day.",
  chooseEnd: (start: string): string => `From ${start}. Choose the last day.`,
  chosen: (range: string, days: number): string => `${range}: ${days} ${days === 1 ? "day" : "days"}.`,
  tooLong: "The range must span at most ten years.",
  keys: "Arrow keys move by day and week, Page Up and Page Down by month, Enter chooses.",
  apply: "Apply",
} as const;
