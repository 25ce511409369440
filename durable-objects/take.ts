// Taking an arrival: a hub stamps its event, and the first visit that it may begin, into the group that is written next.
import { DAY_BIT } from "../workers/domain/events/catalog";
import type { Arrival, Event } from "../workers/domain/events/event";
import { firstVisitOf } from "../workers/domain/events/first-visit";
import { localHour } from "../workers/domain/time/zone";
import type { HubProperty } from "../workers/domain/visits/hub";
import { packStamped } from "../workers/domain/visits/packed";
import { seenId } from "../workers/domain/visits/seen";
import type { VisitStamp } from "../workers/domain/visits/stamp";
import type { OpenGroup } from "./group";
import type { Memory } from "./memory";
import type { Salts } from "./visitor-id";

interface Taker {
  memory: Memory;
  salts: Salts;
  property: HubProperty;
  group: OpenGroup;
  now: number;
}

/** @param late whether the event is late for visitors of another hub. */
export function takeArrival(taker: Taker, arrival: Arrival, late = false): void {
  const { keys, ip, first_visit, stored, by_page, unnamed, ...event } = arrival;
  const who = { keys, stored, by_page, unnamed, ip };
  const stamp = stampOne(taker, event, who, late);
  // Only the hub knows whether a cookieless visitor is new today. A stored id tells whether they are new at all.
  const isFirst = first_visit && stamp.firsts & DAY_BIT;
  if (!isFirst || (stored && !stored.isNew && stamp.local_date > stored.made)) return;
  stampOne(taker, firstVisitOf(event, stamp.view_id), who, false);
}

function stampOne(
  { memory, salts, property, group, now }: Taker,
  event: Event,
  who: Pick<Arrival, "keys" | "stored" | "by_page" | "unnamed" | "ip">,
  late: boolean,
): VisitStamp {
  const whose = { event_time: event.event_time, user_id: event.user_id, ...who };
  const ids = salts.idsFor(whose, property, memory, now, true);
  const { date, other, yesterday, tomorrow } = ids;
  const visitor = ids.visitor!;
  const before = ids.before();
  const hour = localHour(event.event_time, property.timezone);
  const { isNewName, ...person } = memory.personFor(whose, property.site_id, now);
  const { visit, stamp, carriedFrom } = memory.track(event, {
    date,
    hour,
    visitor,
    other,
    yesterday,
    tomorrow,
    ...person,
    unnamed: isNewName ? ids.unnamed : null,
    late,
  });
  if (carriedFrom !== null) group.carried.push([seenId(event), carriedFrom]);
  memory.seq += 1;
  const about = {
    site_id: property.site_id,
    seq: memory.seq,
    visitor_id: visitor,
    ip: who.ip,
    visitor_before: before === visitor ? null : before,
    visitor_unnamed: other === ids.unnamed ? other : null,
  };
  group.events.push(JSON.stringify(packStamped(event, visit, { ...stamp, ...about })));
  return stamp;
}
