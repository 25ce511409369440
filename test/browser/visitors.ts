// Two visitors whom servers may name in events: a desktop and a phone, on networks of their own.
const DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

export interface Visitor {
  ip: string;
  user_agent: string;
}
export const ANNA: Visitor = { ip: "203.0.113.7", user_agent: DESKTOP };
export const BEN: Visitor = { ip: "198.51.100.9", user_agent: PHONE };
