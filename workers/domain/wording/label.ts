// Labels within a sentence, and labels of a run's results.

/** A label within a sentence: `page views`, but `JavaScript errors` and `UTM source`. */
export const inSentence = (label: string): string =>
  /^.[a-z]*\b/.test(label) ? `${label.charAt(0).toLowerCase()}${label.slice(1)}` : label;

/** Results with technical names. The other names are good labels as they are. */
const RESULT_LABELS: Record<string, string> = {
  techstack_rows: "Technology rows",
  cube_rows: "Technology counts",
  mails: "Emails",
  letters_deleted: "Dead letters deleted",
  letter_events_removed: "Events removed from dead letters",
  days: "Days",
  hubs: "Hubs asked to forget",
  hub_rows_deleted: "Sent rows deleted in hubs",
  hub_visitors_removed: "Visitors removed from hubs",
  feed_events_removed: "Events removed from the live feed",
  hubs_too_large_to_overwrite: "Hubs too large to overwrite deleted bytes",
  analysts: "Caches of answers emptied",
  objects_deleted: "Objects deleted",
  not_reached: "Not reached",
};

/** `objects_before` → `Objects before`. */
export function resultLabel(name: string): string {
  if (Object.hasOwn(RESULT_LABELS, name)) return RESULT_LABELS[name]!;
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
