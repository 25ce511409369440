// Catches the mails that the Worker sends at once, and sets mail up for the time of a test.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach } from "vitest";

export interface CaughtMail {
  to: string;
  subject: string;
  html: string;
  text: string;
}

export interface Mailbox {
  sent: CaughtMail[];
}

/** The Worker of the tests has the same `env`. */
export function givenMailbox(): Mailbox {
  const box: Mailbox = {
    sent: [],
  };
  const changed: Partial<Cloudflare.Env> = {};
  beforeEach(() => {
    box.sent = [];
    Object.assign(changed, { MAIL_FROM: env.MAIL_FROM, DASHBOARD_URL: env.DASHBOARD_URL, MAIL: env.MAIL });
    Object.assign(env, {
      MAIL_FROM: "trackkit@example.com",
      DASHBOARD_URL: "https://track.example",
      MAIL: { send: async (mail: CaughtMail) => void box.sent.push(mail) },
    });
  });
  afterEach(() => {
    Object.assign(env, changed);
  });
  return box;
}
