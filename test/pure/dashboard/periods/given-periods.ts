// Random moments in several zones, and periods as the picker and the chart choose them.
import fc from "fast-check";
import { addDays } from "../../../../dashboard/src/data/calendar";
import { PERIOD_NAMES, type Period } from "../../../../dashboard/src/data/period";
import { hourStart, type Now, nowIn, toTimeText } from "../../../../dashboard/src/data/periods/moment";

export const zone = fc.constantFrom("UTC", "Europe/Zurich", "America/St_Johns", "Asia/Kolkata", "Pacific/Auckland");
export const instant = fc
  .date({ min: new Date("2020-01-01"), max: new Date("2038-01-01"), noInvalidDate: true })
  .map((date) => Math.floor(date.getTime() / 1000) * 1000);
export const moment = fc.tuple(zone, instant).map(([timezone, at]) => nowIn(timezone, at));
export const vantageOf = ({ timezone, at, today }: Now) => ({ timezone, now: at, firstDay: addDays(today, -1400) });

export const period = moment.chain((now) =>
  fc.tuple(
    fc.constant(now),
    fc.oneof(
      fc.constantFrom(...PERIOD_NAMES).map((name): Period => ({ name })),
      fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 })).map(([back, length]): Period => {
        const to = addDays(now.today, -back);
        return { name: "custom", from: addDays(to, -length), to };
      }),
      fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1, max: 200 })).map(([back, length]): Period => {
        const end = hourStart(now.at, now.timezone) - back * 3_600_000;
        const start = end - length * 3_600_000;
        return { name: "custom", from: toTimeText(start, now.timezone), to: toTimeText(end, now.timezone) };
      }),
    ),
  ),
);
