// Texts of the forms that setup and settings share: property, data stream, tag.
export const words = {
  steps: "Steps",
  stepNames: ["Create a property", "Add your website", "Install the tag"],

  propertyName: "Property name",
  propertyNameHint: "The name of your website or app.",
  timezone: "Time zone",
  timezoneHint:
    "Reports start each day at midnight in this zone. Search by city, country or offset: Mumbai, India, +5:30",
  browserZone: "This browser’s zone",
  utcOffset: (offset: string): string => `UTC${offset}`,
  currency: "Currency",
  currencyHint: "Used for revenue in reports.",

  website: "Website address",
  websiteHint: "Only events from this host and, unless you turn them off, its subdomains are counted.",
  websiteExample: "https://www.example.com",
  websiteInvalid: "Enter an address such as https://www.example.com",
  streamName: "Stream name",
  measured: "Measurements",
  moreMeasurements: "More measurements",
  measurementGroups: {
    pages: "Pages",
    clicks: "Clicks and links",
    forms: "Forms",
    people: "Users and revenue",
    media: "Media",
    attention: "Attention",
    quality: "Quality",
  },

  tag: "The tag",
  /** "Paste it into every page, immediately after <head>, …", with some parts in bold. */
  pasteTag: {
    before: "Paste it into every page, ",
    place: "immediately after ",
    element: "<head>",
    between: ", and use ",
    once: "only one tag per page",
    after: ". With a site builder or a framework, add it to the layout that all pages share.",
  },
  waiting: "Waiting for the first event…",
  waitingHint:
    "Open a page of your site in another tab. This page updates automatically. If nothing arrives, turn off ad blockers for your site and check that its host matches the website address.",
  waitingFailed: "The server did not respond. Retrying.",
  firstEvent: "First event received",
  firstEventHint: (ago: string): string => `Last event: ${ago}. The tag works.`,
} as const;
