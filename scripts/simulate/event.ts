// An event of the simulator: fields of POST /api/events.

export interface SimulatedEvent {
  event_id: string;
  event_type: string;
  /** ISO 8601 with milliseconds. */
  event_time: string;
  url: string;
  title?: string;
  referrer?: string;
  user_id?: string;
  language?: string;
  screen?: string;
  ip: string;
  user_agent: string;
  country?: string;
  region?: string;
  city?: string;
  network?: string;
  asn?: number;
  engaged_ms?: number;
  scroll_depth?: number;
  [word: string]: unknown;
}
