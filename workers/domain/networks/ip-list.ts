// The IP list: the addresses that visited a property, one row per address and local day.
import type { ColumnType } from "../events/columns";
import type { StampedEvent } from "../events/event";
import { isPublicAddress, isRecordExcluded } from "../visitors/address";

/** An address as the lake has it: truncated or in full. Times are ms; the edge's facts are those of the last event. */
export interface IpRow {
  /** Local date. */
  day: string;
  ip: string;
  first_seen: number;
  last_seen: number;
  /** Rows of the lake from this address, engagement included. */
  hits: number;
  network: string | null;
  network_type: string | null;
  asn: number | null;
  country: string | null;
  region: string | null;
  city: string | null;
}

export const IP_LIST_COLUMNS = {
  day: "text",
  ip: "text",
  first_seen: "time",
  last_seen: "time",
  hits: "bigint",
  network: "text",
  network_type: "text",
  asn: "bigint",
  country: "text",
  region: "text",
  city: "text",
} as const satisfies Record<keyof IpRow, ColumnType>;

const EDGE_FACTS = ["network", "network_type", "asn", "country", "region", "city"] as const;

/** The fields of an event that the list uses. */
export type IpEvent = Pick<StampedEvent, "ip" | "local_date" | "event_time" | "event_id" | (typeof EDGE_FACTS)[number]>;

interface Entry extends IpRow {
  /** The last event. Of two at the same time the greater id is the last, in whatever order they come. */
  last_id: string;
}

export interface IpList {
  entries: Map<string, Entry>;
  /** Whether an address is listed: decided once, not with every event. */
  listed: Map<string, boolean>;
}

export const emptyIpList = (): IpList => ({ entries: new Map(), listed: new Map() });

function isListed({ listed }: IpList, ip: string, excluded: readonly string[]): boolean {
  let known = listed.get(ip);
  if (known === undefined) {
    known = isPublicAddress(ip) && !isRecordExcluded(ip, excluded);
    listed.set(ip, known);
  }
  return known;
}

function setFacts(entry: Entry, event: IpEvent): void {
  entry.network = event.network;
  entry.network_type = event.network_type;
  entry.asn = event.asn;
  entry.country = event.country;
  entry.region = event.region;
  entry.city = event.city;
  entry.last_id = event.event_id;
}

/**
 * Adds an event, unless its address is missing (the property stores none), not on the public internet, or in `excluded`
 * (addresses or CIDR ranges; the same in all calls for a list). The order of events does not matter.
 */
export function addToIpList(into: IpList, event: IpEvent, excluded: readonly string[]): void {
  const { ip, local_date: day, event_time: time } = event;
  if (ip === null || !isListed(into, ip, excluded)) return;
  const key = `${day} ${ip}`;
  const entry = into.entries.get(key);
  if (entry === undefined) {
    const facts = { network: null, network_type: null, asn: null, country: null, region: null, city: null };
    const made = { day, ip, first_seen: time, last_seen: time, hits: 1, ...facts, last_id: "" };
    setFacts(made, event);
    into.entries.set(key, made);
    return;
  }
  entry.hits += 1;
  entry.first_seen = Math.min(entry.first_seen, time);
  if (time < entry.last_seen || (time === entry.last_seen && event.event_id <= entry.last_id)) return;
  entry.last_seen = time;
  setFacts(entry, event);
}

/** The rows by day and address. */
export const ipRows = ({ entries }: IpList): IpRow[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { last_id: _, ...row }]) => row);
