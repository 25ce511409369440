// Numbers, dates and names are written in the language that is asked for, and mail and dashboard write the same.
import { describe, expect, it } from "vitest";
import * as screen from "../../../dashboard/src/data/format";
import { METRIC_NAMES } from "../../../workers/domain/events/catalog";
import { EVENT_TYPES } from "../../../workers/domain/events/measurement";
import * as mail from "../../../workers/domain/mail/words";
import { ANOMALY_METRIC_NAMES } from "../../../workers/domain/wording/anomaly";
import { toChange } from "../../../workers/domain/wording/change";
import { formatRange, formatTime, longDate, weekday } from "../../../workers/domain/wording/date";
import { formatDuration } from "../../../workers/domain/wording/duration";
import { eventName } from "../../../workers/domain/wording/event-names";
import { inSentence, resultLabel } from "../../../workers/domain/wording/label";
import { formatMetric } from "../../../workers/domain/wording/metric";
import { counted, formatCount, formatDecimal, formatShare } from "../../../workers/domain/wording/number";
import { countryName, valueName } from "../../../workers/domain/wording/value-names";

const GERMAN = "de-DE";

describe("a language", () => {
  it("has its own separators", () => {
    expect(formatCount(12_840, GERMAN)).toBe("12.840");
    expect(formatDecimal(2.4, GERMAN)).toBe("2,40");
    expect(formatDuration(4_000 * 3600, GERMAN)).toBe("4.000h 00m");
    expect(counted(3_400, GERMAN, "Zeile", "Zeilen")).toBe("3.400 Zeilen");
    expect(formatMetric("pageviews", 12_840, GERMAN, true)).toBe("12.840");
    expect(formatShare(1, 3, GERMAN)).toBe("33%");
    expect(toChange("visitors", 12_000, 1, GERMAN, true)?.text).toBe("+1.199.900%");
  });

  it("has its own dates and names", () => {
    expect(longDate("2026-05-16", GERMAN)).toBe("16. Mai 2026");
    expect(weekday("2026-05-16", GERMAN)).toContain("Mai");
    expect(formatRange("2026-05-01", "2026-05-31", GERMAN)).toBe("Mai 2026");
    expect(formatTime(Date.UTC(2026, 4, 16, 22), "Europe/Zurich", GERMAN)).toContain("17. Mai 2026");
    expect(countryName("CH", GERMAN)).toBe("Schweiz");
    // Neither a code without a country nor one that Intl has a name for.
    for (const code of ["XX", "ZZ", "T1"]) expect(valueName("visit:country", code, GERMAN)).toBe("Unknown");
    expect(valueName("visit:country", "XK", GERMAN)).toBe("Kosovo");
    expect(valueName("visit:language", "fr", GERMAN)).toBe("Französisch");
  });
});

describe("mail and dashboard", () => {
  it.each(METRIC_NAMES)("write the same value of %s", (metric) => {
    for (const value of [null, 0, 1, 9.44, 99.6, 4321])
      expect(mail.formatMetric(metric, value)).toBe(screen.formatMetric(metric, value, true));
  });

  it("see a change in the same direction and judge it alike", () => {
    for (const metric of METRIC_NAMES)
      for (const [now, before] of [
        [40, 43],
        [43, 40],
        [7, 7],
        [5, 0],
      ] as const) {
        const [said, shown] = [mail.toChange(metric, now, before), screen.toChange(metric, now, before)];
        expect([said?.direction, said?.better]).toEqual([shown?.direction, shown?.better]);
      }
  });
});

describe("names", () => {
  it("of events are words, none of which is the name of another event", () => {
    const types = Object.keys(EVENT_TYPES).filter((type) => type !== "custom");
    const names = types.map(eventName);
    expect(new Set(names).size).toBe(types.length);
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Za-z0-9% ]+$/);
    expect(["form_abandon", "field_blur", "field_focus", "rule_seen"].map(eventName)).toEqual([
      "Form abandoned",
      "Field blur",
      "Field focus",
      "Rule impression",
    ]);
    expect(eventName("Signup")).toBe("Signup");
  });

  it("of results are labels", () => {
    expect(["techstack_rows", "cube_rows", "objects_before"].map(resultLabel)).toEqual([
      "Technology rows",
      "Technology counts",
      "Objects before",
    ]);
  });

  it("of dimensions keep their abbreviations within a sentence", () => {
    expect(["Operating system", "OS version", "UTM source"].map(inSentence)).toEqual([
      "operating system",
      "OS version",
      "UTM source",
    ]);
  });

  it("of metrics begin small within a sentence, but for those of names", () => {
    expect(Object.values(ANOMALY_METRIC_NAMES).map(inSentence)).toEqual([
      "visitors",
      "page views",
      "events",
      "bounce rate",
      "pages not found",
      "JavaScript errors",
    ]);
  });
});
