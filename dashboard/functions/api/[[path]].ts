// The proxy: hands every request under /api to the Worker as it came. One origin, so cookies just work.

interface Env {
  TRACKKIT: { fetch(request: Request): Promise<Response> };
}

/** The request goes on untouched: its body streams, and the 101 of a WebSocket upgrade comes back with its socket. */
export const onRequest = ({ request, env }: { request: Request; env: Env }): Promise<Response> =>
  env.TRACKKIT.fetch(request);
