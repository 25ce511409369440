// Asks the Analysts of a property in parallel: one for each month of a period, and of months with large days one for each
// part. Their rows add up; people are counted as they come.
import type { AnalystAnswer, AnalystQuestion, AnalystReply } from "../domain/analysis/analyst";
import type { Limits } from "../domain/analysis/limits";
import { ratesWithin } from "../domain/analysis/money/exchange";
import { type Ask, type CountedRow, joinRows, rowKey, unpackRows } from "../domain/analysis/question";
import type { Saved } from "../domain/analysis/saved/known";
import { countPeople, KeyReader } from "../domain/analysis/scan/persons";
import { Problem } from "../domain/requests/problem";
import { addMonths, endOfMonth, startOfMonth } from "../domain/time/calendar";
import { type Dates, type DaySizes, mostPartsIn } from "../storage/analysis/day-sizes";
import { type PartDays, readMonthParts } from "../storage/analysis/part-days";
import { ObjectGone, withObjects } from "../storage/lake/reading";

export type AnalystEnv = Pick<Cloudflare.Env, "ANALYST" | "DB" | "LAKE">;

/** The most months of a question: each has an object of its own. */
const MOST_MONTHS = 60;

interface Month extends Dates {
  month: string;
}

/** The months of some local dates, each with its days. */
export function monthsOf({ from, to }: Dates): Month[] {
  const months: Month[] = [];
  for (let start = startOfMonth(from); start <= to; start = addMonths(start, 1)) {
    const end = endOfMonth(start);
    months.push({ month: start.slice(0, 7), from: from > start ? from : start, to: to < end ? to : end });
  }
  return months;
}

/** All days of the months of some local dates: a month is read whole, by as many Analysts as its largest day has parts. */
export const wholeMonths = ({ from, to }: Dates): Dates => ({ from: startOfMonth(from), to: endOfMonth(to) });

/** How many Analysts some local dates need. */
export const analystsFor = (dates: Dates, sizes: DaySizes, { part }: Limits): number =>
  monthsOf(dates).reduce((sum, { from }) => sum + mostPartsIn(sizes, wholeMonths({ from, to: from }), part), 0);

type Answered = AnalystAnswer<ReadableStream<Uint8Array>>;

/** Whom to ask about a month. An Analyst of a part is given what it reads. */
async function analystsOf(
  env: AnalystEnv,
  siteId: string,
  { month, from, to }: Month,
  sizes: DaySizes,
  { part: size }: Limits,
): Promise<{ name: string; days: PartDays | null }[]> {
  const name = `${siteId}/${month}`;
  if (mostPartsIn(sizes, wholeMonths({ from, to }), size) === 1) return [{ name, days: null }];
  const parts = await readMonthParts(env, siteId, { from, to }, size);
  return parts.map((days) => ({ name: `${name}/${days.part}`, days }));
}

/** The replies of a month's Analysts. @throws ObjectGone when one of them must be given another list, and so all. */
async function untilGone(replies: PromiseSettledResult<Answered>[]): Promise<PromiseSettledResult<Answered>[]> {
  const gone = replies.find((reply) => reply.status === "rejected" && reply.reason instanceof ObjectGone);
  if (!gone) return replies;
  const streams = replies.flatMap((reply) => (reply.status === "fulfilled" ? [reply.value.people] : []));
  await Promise.allSettled(streams.map((people) => people?.cancel()));
  throw (gone as PromiseRejectedResult).reason;
}

/** The rows of an ask with their people, who are merged row by row: each Analyst sends them in the order of the rows' keys. */
async function countUsers(
  rows: readonly CountedRow[],
  lists: readonly CountedRow[][],
  readers: readonly KeyReader[],
  limits: Limits,
): Promise<CountedRow[]> {
  const places = lists.map(() => 0);
  const keyed = rows.map((row) => ({ row, key: rowKey(row) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const counted: CountedRow[] = [];
  let before = 0;
  for (const { row, key } of keyed) {
    const next = readers.flatMap((reader, i) => {
      const own = lists[i]![places[i]!];
      if (own === undefined || rowKey(own) !== key) return [];
      places[i]! += 1;
      return [{ reader, length: own.users! }];
    });
    const users = await countPeople(next, before, limits);
    before += users;
    counted.push({ ...row, users });
  }
  return counted;
}

async function joinAnswers(
  answers: readonly Answered[],
  readers: readonly KeyReader[],
  asks: readonly Ask[],
  limits: Limits,
): Promise<CountedRow[][]> {
  const joined: CountedRow[][] = [];
  for (const [i, ask] of asks.entries()) {
    const lists = answers.map(({ rows }) => unpackRows(rows[i]!));
    const rows = joinRows(lists, { ...ask, persons: false }, limits);
    joined.push(ask.persons ? await countUsers(rows, lists, readers, limits) : rows);
  }
  return joined;
}

/**
 * Answers some asks about the local dates from `from` to `to`, both included.
 * @param sizes of the days of these months.
 * @returns the rows of each ask, and how many events were looked at.
 * @throws Problem invalid for a wrong filter, or for a question that is too large.
 */
export async function askAnalysts(
  env: AnalystEnv,
  siteId: string,
  dates: Dates,
  asks: Ask[],
  saved: Saved,
  { limits, sizes }: { limits: Limits; sizes: DaySizes },
): Promise<{ rows: CountedRow[][]; scanned: number }> {
  const months = monthsOf(dates);
  if (months.length > MOST_MONTHS)
    throw new Problem("invalid", `date_range must have at most ${MOST_MONTHS} months for this question`);
  const ask = async ({ month: _, ...days }: Month, name: string, read: PartDays | null): Promise<Answered> => {
    const { exchange } = saved;
    const own = exchange && { ...exchange, rates: ratesWithin(exchange.rates, days.from, days.to) };
    const question = JSON.stringify({
      ...days,
      saved: { ...saved, exchange: own },
      limits,
      asks,
    } satisfies AnalystQuestion);
    const reply = (await env.ANALYST.getByName(name).answer(question, read)) as AnalystReply<
      ReadableStream<Uint8Array>
    >;
    if ("problem" in reply && reply.gone) throw new ObjectGone(`of ${name}`);
    if ("problem" in reply) throw new Problem(reply.problem.code, reply.problem.message, reply.problem.details);
    return reply.answer;
  };
  const settled = await Promise.allSettled(
    months.map((month) =>
      withObjects(async () => {
        const analysts = await analystsOf(env, siteId, month, sizes, limits);
        return untilGone(await Promise.allSettled(analysts.map(({ name, days }) => ask(month, name, days))));
      }),
    ),
  );
  const replies = settled.flatMap((month): PromiseSettledResult<Answered>[] =>
    month.status === "fulfilled" ? month.value : [month],
  );
  const answers = replies.flatMap((reply) => (reply.status === "fulfilled" ? [reply.value] : []));
  // Where an ask is for people, every Analyst sends some, if only none.
  const readers = answers.flatMap(({ people }) => (people ? [new KeyReader(people)] : []));
  try {
    const failed = replies.find(({ status }) => status === "rejected");
    if (failed) throw (failed as PromiseRejectedResult).reason;
    const rows = await joinAnswers(answers, readers, asks, limits);
    return { rows, scanned: answers.reduce((sum, answer) => sum + answer.scanned, 0) };
  } finally {
    // An Analyst whose stream is not read to the end would keep the people in memory.
    await Promise.allSettled(readers.map((reader) => reader.close()));
  }
}
