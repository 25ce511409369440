// Builders for tests of insight: events go in through the API and are counted; questions go to its routes.
import { env } from "cloudflare:workers";
import { beforeEach, expect } from "vitest";
import type { Property } from "../../../workers/domain/properties/property";
import { foldPending } from "../../../workers/storage/counts/pending";
import { anEvent, CHROME, sendEvents } from "../beacons";
import { countAll, givenHeldQueue, mainHub } from "../downstream";
import { call, givenKey, givenProperty, measuringStream } from "../given";

export const DAY = 86_400_000;
/** Not in the first minute of a day: what was sent just before would be of another day. */
export const NOW = Date.now() - (Date.now() % DAY < 60_000 ? 120_000 : 0);
export const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
export const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
export const today = () => ({ from: dateOf(NOW), to: dateOf(NOW) });

export interface Sent {
  event_type: string;
  props?: Record<string, string | number | boolean>;
  href?: string | undefined;
  rule_id?: string;
  network?: string;
  asn?: number;
  page_path?: string;
  /** How many days ago; today unless said otherwise. */
  ago?: number;
  person?: number;
  user_agent?: string;
}

/** A property whose days are those of UTC. Call it after `givenFreshStorage`. */
export function givenInsight() {
  const queue = givenHeldQueue();
  let property: Property;
  let key: string;
  beforeEach(async () => {
    property = await givenProperty("organization", { timezone: "UTC", streams: [measuringStream()] });
    key = await givenKey();
  });
  const pathOf = (path: string) => `/api/v1/properties/${property.site_id}/insight/${path}`;
  const ask = (path: string, query: Record<string, string> = {}): Promise<Response> =>
    call("GET", `${pathOf(path)}?${new URLSearchParams(query)}`, { key });
  return {
    queue,
    pathOf,
    ask,
    siteId: () => property.site_id,
    key: () => key,

    async insight<T>(path: string, query: Record<string, string> = {}): Promise<T> {
      const reply = await ask(path, query);
      if (reply.status !== 200) throw new Error(await reply.text());
      return (await reply.json()) as T;
    },

    /** Sends events, one after the other, and counts them; with `folded` the counts do not wait. */
    async send(events: readonly Sent[], folded = false): Promise<void> {
      const body = events.map(({ ago = 0, person = 1, ...event }, i) => ({
        ...anEvent(property.site_id, { url: undefined, page_path: "/", user_agent: CHROME }),
        ...event,
        ip: `192.0.2.${person}`,
        event_time: new Date(NOW - ago * DAY - (events.length - i)).toISOString(),
      }));
      const reply = await sendEvents(key, { events: body });
      expect(await reply.json()).toMatchObject({ accepted: events.length, rejected: [] });
      await countAll(queue, mainHub(property.site_id));
      if (folded) await foldPending(env.DB, [property.site_id]);
    },
  };
}
