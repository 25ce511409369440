// The real Worker with a rate limit like the platform's: a counter in memory. The local runtime's rate limit is a
// Durable Object behind HTTP, which writes to disk at every call and would cost more than all of collect.
import real from "../../../workers/index";

export { Analyst, CronWatch, PropertyHub } from "../../../workers/index";

const PERIOD_MS = 10_000;
const LIMIT = 300;

let counts = new Map<string, number>();
let until = 0;

const RATE_LIMIT: RateLimit = {
  async limit({ key }) {
    const now = Date.now();
    if (now >= until) {
      counts = new Map();
      until = now + PERIOD_MS;
    }
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    // The bench sends more to one property than one hub takes on the platform.
    return { success: count <= LIMIT || key.startsWith("property/") };
  },
};

let bindings: Cloudflare.Env | null = null;

const worker: ExportedHandler<Cloudflare.Env> = {
  fetch(request, env, ctx) {
    bindings ??= { ...env, RATE_LIMIT };
    return real.fetch(request, bindings, ctx);
  },
};
// biome-ignore lint/style/noDefaultExport: a Worker is its module's default export.
export default worker;
