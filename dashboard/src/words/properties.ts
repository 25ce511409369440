// Texts of the list of properties.
export const words = {
  title: "Properties",
  first: "Add your first site",
  firstHint: "A property is one website or app. Set it up in three steps and see your first visit here.",
  firstSteps: [
    "Name the property and choose its time zone.",
    "Enter the website address.",
    "Paste one tag into your pages.",
  ],
  create: "Create a property",
  now: (visitors: string): string => `${visitors} now`,
  week: "visitors in 7 days",
  unavailable: "Numbers unavailable",
} as const;
