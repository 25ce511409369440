// The baseline for collect: a Worker that calls a Durable Object, which returns at once, and answers 204.
import { DurableObject } from "cloudflare:workers";

export class PropertyHub extends DurableObject {
  async accept(): Promise<null> {
    return null;
  }
}

/** The configuration names it; nobody calls it. */
export class Analyst extends DurableObject {}

export class CronWatch extends DurableObject {}

interface Env {
  HUB: DurableObjectNamespace<PropertyHub>;
}

const worker: ExportedHandler<Env> = {
  async fetch(_request, env) {
    await env.HUB.getByName("one").accept();
    return new Response(null, { status: 204 });
  },
};
// biome-ignore lint/style/noDefaultExport: a Worker is its module's default export.
export default worker;
