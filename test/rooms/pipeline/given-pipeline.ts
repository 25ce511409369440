// Builders for tests of the pipeline: events in the lake, and runs by the platform's own Workflows.
import { introspectWorkflowInstance } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { countAll, type HeldQueue, mainHub } from "../downstream";
import { call, givenKey } from "../given";

export interface Person {
  ip: string;
  user_agent: string;
  network?: string;
  asn?: number;
}

export const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
export const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

/** Events by the front door, counted to the end. */
export async function givenEvents(
  queue: HeldQueue,
  siteId: string,
  events: readonly (Partial<Person> & Record<string, unknown>)[],
): Promise<void> {
  const key = await givenKey();
  const body = {
    events: events.map((event) => ({
      site_id: siteId,
      event_type: "pageview",
      url: "https://shop.example/",
      ip: "203.0.114.9",
      user_agent: CHROME,
      screen: "1920x1080",
      ...event,
    })),
  };
  const reply = await call("POST", "/api/events", { key, body });
  if (reply.status !== 202) throw new Error(await reply.text());
  await countAll(queue, mainHub(siteId));
}

/** Waits until a run has ended. @returns its row. */
export async function untilEnded(id: string): Promise<{ status: string; error: string | null; steps: string }> {
  await using instance = await introspectWorkflowInstance(env.PIPELINE, id);
  await instance.waitForStatus("complete");
  return (await env.DB.prepare("SELECT status, error, steps FROM pipeline_runs WHERE id = ?").bind(id).first())!;
}
