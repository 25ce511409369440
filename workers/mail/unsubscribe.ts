// Unsubscribing without a login: only the recipient of a mail has its link.
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { receivesAgain, stopped, UNSUBSCRIBE, willStop } from "../domain/mail/sentences/unsubscribe";
import type { AppEnv } from "../http/app";
import { addOptout, removeOptout } from "../storage/mail/outbox";
import { loadProperty } from "../storage/properties/properties";
import { type Optout, proveOptout } from "./optout";

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;padding:15vh 24px;
background:light-dark(#f6f5f2,#111314);color:light-dark(#1b1a18,#eceae6)}main{max-width:26rem;margin:auto}
h1{font-size:1.375rem;margin:0 0 8px}p{margin:0 0 24px;color:light-dark(#545049,#b7b4ae);overflow-wrap:anywhere}
button{font:inherit;font-weight:600;padding:10px 18px;border:0;border-radius:8px;cursor:pointer;
background:light-dark(#0b6478,#62c6da);color:light-dark(#fff,#06242b)}`;

/** A page that loads nothing and that may not be indexed, cached or framed. */
function page(c: Context<AppEnv>, status: 200 | 400, title: string, body: unknown): Response | Promise<Response> {
  c.header(
    "Content-Security-Policy",
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  );
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  c.header("X-Robots-Tag", "noindex");
  return c.html(
    html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`,
    status,
  );
}

const broken = (c: Context<AppEnv>) => page(c, 400, UNSUBSCRIBE.brokenTitle, html`<p>${UNSUBSCRIBE.broken}</p>`);

const nameOf = async (c: Context<AppEnv>, { site_id }: Optout): Promise<string> =>
  (await loadProperty(c.env.DB, site_id))?.name ?? UNSUBSCRIBE.deleted;

export const mailRoutes = new Hono<AppEnv>();

// Mail scanners open links, so a GET must not change anything.
mailRoutes.get("/mail/optout", async (c) => {
  const optout = await proveOptout(c.env, c.req.query("t") ?? "");
  if (!optout) return broken(c);
  const name = await nameOf(c, optout);
  return page(
    c,
    200,
    UNSUBSCRIBE.askTitle,
    html`<p>${willStop(optout.recipient, optout.kind, name)}</p>
<form method="post"><button>${UNSUBSCRIBE.button}</button></form>`,
  );
});

// Called by the button, and by mail programs (RFC 8058). The token holds everything; the body is ignored.
mailRoutes.post("/mail/optout", async (c) => {
  const token = c.req.query("t") ?? "";
  const optout = await proveOptout(c.env, token);
  if (!optout) return broken(c);
  const name = await nameOf(c, optout);
  if (c.req.query("again") !== undefined) {
    await removeOptout(c.env.DB, optout);
    return page(c, 200, UNSUBSCRIBE.againTitle, html`<p>${receivesAgain(optout.recipient, optout.kind, name)}</p>`);
  }
  await addOptout(c.env.DB, optout, Date.now());
  return page(
    c,
    200,
    UNSUBSCRIBE.doneTitle,
    html`<p>${stopped(optout.recipient, optout.kind, name)}</p>
<form method="post" action="/mail/optout?t=${encodeURIComponent(token)}&again"><button>${UNSUBSCRIBE.undo}</button></form>`,
  );
});
