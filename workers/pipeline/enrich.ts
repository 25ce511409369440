// IP enrichment: the child Workflow of a run. It writes one row of facts for each address of the IP lists.
import {
  addCounts,
  countStatuses,
  describeCounts,
  type EnrichmentCounts,
  type EnrichmentRow,
  isAnswered,
  type ListedAddress,
  NOTHING_FOUND,
  noCounts,
} from "../domain/networks/enrichment";
import type { EnrichmentParams, EnrichmentUnit } from "../domain/runs/run-params";
import { prefixOf } from "../domain/visitors/prefix";
import type { Steps } from "../jobs/steps";
import { inTurns } from "../jobs/turns";
import { readAddresses, writeEnrichment } from "../storage/lake/enrichment";
import { type LookedUp, lookUpAll, type Portion } from "./look-up";
import { chooseProvider, type Edge, openFile } from "./providers/choose";
import { PATIENCE, type Patience } from "./providers/patience";
import type { Provider, RemoteProvider } from "./providers/provider";

/** The addresses of a property. Empty if the property stores none. */
type Unit = EnrichmentUnit & { ip_list: string };
const hasAddresses = (unit: EnrichmentUnit): unit is Unit => unit.ip_list !== null;

/** Properties per step when no provider is called over the network. Steps are billed. */
const UNITS_AT_ONCE = 10;

/** With an answer, facts come from the provider alone, even if it left gaps. Otherwise they come from the event. */
function toRow(listed: ListedAddress, answer: Omit<LookedUp, "ip">, provider: string, now: number): EnrichmentRow {
  const { status, reason, prefix, found } = answer;
  const facts = isAnswered(status) ? (found ?? NOTHING_FOUND) : listed;
  return { ...facts, ip: listed.ip, prefix, provider, status, reason, enriched_at: now };
}

const edgeRow = (listed: ListedAddress, reason: string | null, now: number): EnrichmentRow =>
  toRow(listed, { status: "edge", reason, prefix: prefixOf(listed.ip), found: null }, "edge", now);

async function fileRow(listed: ListedAddress, provider: Provider, now: number): Promise<EnrichmentRow> {
  const answer = await provider.lookUp(listed.ip, new AbortController().signal);
  const prefix = prefixOf(listed.ip);
  const { name } = provider;
  if (answer.kind === "found")
    return toRow(
      listed,
      { status: "fetched", reason: null, prefix: answer.prefix ?? prefix, found: answer.found },
      name,
      now,
    );
  if (answer.kind === "nothing")
    return toRow(listed, { status: "fetched", reason: "file knows nothing of it", prefix, found: null }, name, now);
  return toRow(listed, { status: "failed", reason: answer.reason, prefix, found: null }, name, now);
}

/** Without calls: facts from the edge or from the file. */
async function enrichAtOnce(
  env: Cloudflare.Env,
  steps: Steps,
  units: readonly Unit[],
  edge: Edge | null,
  now: () => number,
): Promise<EnrichmentCounts> {
  const total = noCounts();
  for (let i = 0; i < units.length; i += UNITS_AT_ONCE) {
    const portion = units.slice(i, i + UNITS_AT_ONCE);
    const name = `enrich addresses ${i / UNITS_AT_ONCE + 1}`;
    const counts = await steps.do(name, async (note) => {
      const source = edge ?? (await openFile(env));
      const sum = noCounts();
      for await (const { site_id, ip_list, target } of inTurns(portion)) {
        const rows: EnrichmentRow[] = [];
        for (const listed of await readAddresses(env.LAKE, ip_list))
          rows.push("kind" in source ? edgeRow(listed, source.reason, now()) : await fileRow(listed, source, now()));
        await writeEnrichment(env, site_id, target, rows, now());
        addCounts(sum, countStatuses(rows));
      }
      const reason = "kind" in source ? source.reason : null;
      note(reason === null ? describeCounts(sum) : `${describeCounts(sum)}: ${reason}`);
      return sum;
    });
    addCounts(total, counts);
  }
  return total;
}

const OUT_OF_TIME = "time of the run was up";

/** What is known of the address at a place of the list. */
type Placed = Omit<LookedUp, "ip"> & { at: number };

/** The state that a step passes to the next. The platform keeps it for weeks, so addresses are their places in the list. */
interface Progress extends Omit<Portion, "answers" | "left"> {
  answers: Placed[];
  left: number[];
  /** How many addresses of the list have been started. */
  begun: number;
  isLast: boolean;
}

/**
 * Looks up a property's addresses, one portion at a time. @returns the reason to stop calling the provider, or null.
 */
async function enrichByCalls(
  env: Cloudflare.Env,
  steps: Steps,
  unit: Unit,
  provider: RemoteProvider,
  patience: Patience,
  deadline: number,
  over: string | null,
): Promise<{ counts: EnrichmentCounts; over: string | null }> {
  const { site_id, first_id } = unit;
  const answers = new Map<number, Placed>();
  let progress: Progress = { answers: [], left: [], calls: 0, over, begun: 0, isLast: false };
  for (let portion = 1; !progress.isLast; portion++) {
    const { begun, left, over } = progress;
    progress = await steps.do(
      `look up places ${first_id} ${portion}: ${site_id}`,
      async (note) => {
        const listed = await readAddresses(env.LAKE, unit.ip_list);
        const next = begun + patience.portion - left.length;
        const placeOf = new Map(listed.map(({ ip }, at) => [ip, at]));
        const ips = [...left.map((at) => listed[at]!), ...listed.slice(begun, next)].map(({ ip }) => ip);
        const now = patience.now();
        const end = Math.min(now + patience.stepTime, deadline);
        const result = await lookUpAll(
          env.DB,
          provider,
          ips,
          patience,
          over ?? (now < deadline ? null : OUT_OF_TIME),
          end,
        );
        note(
          `${describeCounts(countStatuses(result.answers))} in ${result.calls} calls${result.over ? `: ${result.over}` : ""}`,
        );
        return {
          ...result,
          answers: result.answers.map(({ ip, ...answer }) => ({ ...answer, at: placeOf.get(ip)! })),
          left: result.left.map((ip) => placeOf.get(ip)!),
          begun: next,
          isLast: next >= listed.length && result.left.length === 0,
        };
      },
      site_id,
    );
    for (const answer of progress.answers) answers.set(answer.at, answer);
  }
  const counts = await steps.do(
    `enrich addresses ${first_id}: ${site_id}`,
    async (note) => {
      const now = patience.now();
      const listed = await readAddresses(env.LAKE, unit.ip_list);
      const answerOf = new Map([...answers].map(([at, answer]) => [listed[at]!.ip, answer]));
      const rows = listed.map((address) => toRow(address, answerOf.get(address.ip)!, provider.name, now));
      await writeEnrichment(env, unit.site_id, unit.target, rows, now);
      const statuses = countStatuses(rows);
      note(describeCounts(statuses));
      return statuses;
    },
    site_id,
  );
  return { counts, over: progress.over };
}

/**
 * Looks up the addresses of each unit and notifies the parent. Every part may be interrupted and repeated: the cache has
 * the provider's answers, and written objects stay. @returns the number of addresses by status.
 * @throws when a step fails for good. The parent then waits until its time-out.
 */
export async function enrich(
  env: Cloudflare.Env,
  steps: Steps,
  { parent, event, units }: EnrichmentParams,
  patience: Patience = PATIENCE,
): Promise<EnrichmentCounts> {
  const todo = units.filter(hasAddresses);
  const choice = chooseProvider(env);
  let counts = noCounts();
  if (choice.kind === "remote" && todo.length > 0) {
    const begun = await steps.do("begin to enrich", async () => patience.now());
    // If the provider is unavailable for one property, the next properties do not call it.
    let over: string | null = null;
    for (const unit of todo) {
      const enriched = await enrichByCalls(
        env,
        steps,
        unit,
        choice.provider,
        patience,
        begun + patience.totalTime,
        over,
      );
      over = enriched.over;
      addCounts(counts, enriched.counts);
    }
  } else counts = await enrichAtOnce(env, steps, todo, choice.kind === "edge" ? choice : null, patience.now);
  if (parent !== null)
    await steps.do("tell the run", async () => {
      const instance = await env.PIPELINE.get(parent);
      await instance.sendEvent({ type: event, payload: { counts } });
    });
  return counts;
}
