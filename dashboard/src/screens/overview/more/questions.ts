// The questions of the overview's lower part. Pure.
import { addDays, daysIn } from "../../../data/calendar";
import { daysOf, isOfHours } from "../../../data/period";
import { base, type Question, type Scene, whoOf } from "../../../data/question";

/** The most days of a question by hour. */
export const WEEK_DAYS = 92;
/** More than there are countries. */
const COUNTRIES = 300;
const BUTTONS = 30;

const asked = (scene: Scene, question: Pick<Question, "metrics"> & Partial<Question>): Question => ({
  ...base(scene),
  ...question,
  include: { ...whoOf(scene), ...question.include },
});

export const mapQuestion = (scene: Scene): Question =>
  asked(scene, {
    metrics: ["visitors"],
    dimensions: ["visit:country"],
    order_by: [["visitors", "desc"]],
    pagination: { limit: COUNTRIES, offset: 0 },
  });

export const buttonsQuestion = (scene: Scene): Question =>
  asked(scene, {
    metrics: ["events", "visitors", "ctr"],
    dimensions: ["event:button"],
    order_by: [["events", "desc"]],
    pagination: { limit: BUTTONS, offset: 0 },
  });

export const durationQuestion = (scene: Scene): Question =>
  asked(scene, { metrics: ["visits"], dimensions: ["visit:duration_bucket"] });

export const scrollQuestion = (scene: Scene): Question =>
  asked(scene, { metrics: ["pageviews"], dimensions: ["event:scroll_bucket"] });

/** As long as a period may be: ten years. */
const LONGEST = 3653;

/** The days of the grid: those of the period until today, at most the last 92. */
export function weekDays({ view, today }: Scene): { from: string; to: string; isCut: boolean } {
  const whole = daysOf(view.period, today, LONGEST);
  const to = whole.to > today && whole.from <= today ? today : whole.to;
  const isCut = daysIn(whole.from, to) > WEEK_DAYS;
  return { from: isCut ? addDays(to, 1 - WEEK_DAYS) : whole.from, to, isCut };
}

export function weekQuestion(scene: Scene): Question {
  // Hours are asked for as they are: the grid is of the same time as the figures above.
  if (isOfHours(scene.view.period))
    return asked(scene, { metrics: ["visitors"], dimensions: ["time:hour"], include: { time_labels: true } });
  const { from, to } = weekDays(scene);
  return asked(scene, {
    date_range: [from, to],
    metrics: ["visitors"],
    dimensions: ["time:hour"],
    include: { time_labels: true },
  });
}
