// The outbox: each mail once, whatever crashes; what fails is tried again and then told; nobody is told who does not want it.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { mailId, type NewMail } from "../../../workers/domain/mail/mail";
import { signOptout } from "../../../workers/mail/optout";
import { type SendEnv, sendOutbox } from "../../../workers/mail/send";
import { signatureOf } from "../../../workers/mail/webhook";
import {
  addOptout,
  claimMail,
  forgetMails,
  listMails,
  markFailed,
  outboxStatement,
  queueMails,
} from "../../../workers/storage/mail/outbox";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { call, givenFreshStorage, ORIGIN } from "../given";

givenFreshStorage();
afterEach(() => vi.unstubAllGlobals());

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 24, 12);

const aMail = (given: Partial<NewMail> = {}): NewMail => ({
  site_id: "site",
  kind: "run_summary",
  subject_id: "run-1",
  channel: "mail",
  recipient: "owner@example.com",
  content: { subject: "Run", html: "<p>Run</p>", text: "Run" },
  ...given,
});

type Post = Extract<Parameters<SendEmail["send"]>[0], { subject: string }>;

/** A mail binding that keeps what it was given; `fails` throws in its stead. */
function aMailbox(fails: (post: Post) => string | null = () => null) {
  const posts: Post[] = [];
  const send = async (post: Post) => {
    const error = fails(post);
    if (error) throw new Error(error);
    posts.push(post);
    return { messageId: "<made@platform>" };
  };
  const given: SendEnv = {
    DB: env.DB,
    MAIL: { send } as unknown as SendEmail,
    MAIL_FROM: "trackkit@example.com",
    AUTH_SECRET: env.AUTH_SECRET,
    WORKER_URL: ORIGIN,
  };
  return { posts, env: given };
}

/** A database that dies before or after its n-th statement that changes something, as if the Worker were cut off there. */
function dyingDatabase(n: number, when: "before" | "after"): D1Database {
  let left = n;
  const dies = () => {
    left -= 1;
    return left === 0;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => wrap(target.bind(...values));
        if (name !== "run" && name !== "first" && name !== "all") return Reflect.get(target, name);
        return async (...args: never[]) => {
          const last = dies();
          if (last && when === "before") throw new Error("cut off");
          const result = await (target[name] as (...args: never[]) => Promise<unknown>)(...args);
          if (last) throw new Error("cut off");
          return result;
        };
      },
    });
  return new Proxy(env.DB, {
    get: (target, name) =>
      name === "prepare" ? (sql: string) => wrap(target.prepare(sql)) : Reflect.get(target, name),
  });
}

const statuses = async () => (await listMails(env.DB, "site", 100)).map(({ status }) => status);
const marksOf = (posts: Post[]) => posts.map(({ headers }) => headers?.["X-TrackKit-Mail"]);

describe("a mail", () => {
  it("is queued once, however often it is told, and sent once", async () => {
    const box = aMailbox();
    expect(await queueMails(env.DB, [aMail(), aMail({ recipient: "second@example.com" })], NOW)).toBe(2);
    await env.DB.batch([outboxStatement(env.DB, [aMail({ recipient: "Owner@example.com" })], NOW)]);
    expect(await queueMails(env.DB, [aMail()], NOW)).toBe(0);
    expect(await sendOutbox(box.env, NOW)).toEqual({ sent: 2, failed: 0 });
    expect(await queueMails(env.DB, [aMail()], NOW + MINUTE)).toBe(0);
    expect(await sendOutbox(box.env, NOW + MINUTE)).toEqual({ sent: 0, failed: 0 });
    expect(box.posts.map(({ to }) => to).sort()).toEqual(["owner@example.com", "second@example.com"]);
    expect(await statuses()).toEqual(["sent", "sent"]);
  });

  it("is sent once by two senders at once", async () => {
    const box = aMailbox();
    const mails = Array.from({ length: 20 }, (_, i) => aMail({ subject_id: `run-${i}` }));
    await queueMails(env.DB, mails, NOW);
    await Promise.all([sendOutbox(box.env, NOW), sendOutbox(box.env, NOW)]);
    expect(box.posts.length).toBe(20);
    expect(new Set(marksOf(box.posts)).size).toBe(20);
  });

  it("comes with a header to unsubscribe by one click, and marks that stay in each try", async () => {
    const box = aMailbox();
    await queueMails(env.DB, [aMail()], NOW);
    await sendOutbox(box.env, NOW);
    const { headers = {}, from, subject, text, html } = box.posts[0]!;
    expect({ from, subject, text, html }).toEqual({
      from: { name: "TrackKit", email: "trackkit@example.com" },
      ...aMail().content,
    });
    const token = await signOptout(env, { site_id: "site", kind: "run_summary", recipient: "owner@example.com" });
    expect(headers).toMatchObject({
      "List-Unsubscribe": `<${ORIGIN}/mail/optout?t=${token}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "Auto-Submitted": "auto-generated",
    });
    // The platform refuses what is not on its list: developers.cloudflare.com/email-service/reference/headers
    const allowed = ["References", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"];
    expect(Object.keys(headers).filter((name) => !name.startsWith("X-") && !allowed.includes(name))).toEqual([]);
  });

  it("goes out once when the sender is cut off anywhere, twice only between sending and marking, with the same mark", async () => {
    // Statements of sendOutbox for one mail: give up, list, claim, mark as sent.
    const cuts = [1, 2, 3, 4].flatMap((n) => (["before", "after"] as const).map((when) => [n, when] as const));
    for (const [n, when] of cuts) {
      const box = aMailbox();
      await queueMails(env.DB, [aMail({ subject_id: `cut-${n}-${when}` })], NOW);
      await expect(sendOutbox({ ...box.env, DB: dyingDatabase(n, when) }, NOW)).rejects.toThrow("cut off");
      // Nothing is sent while the first sender may still be at it.
      const before = box.posts.length;
      if (n >= 3 && !(n === 3 && when === "before")) {
        await sendOutbox(box.env, NOW + 14 * MINUTE);
        expect(box.posts.length).toBe(before);
      }
      await sendOutbox(box.env, NOW + 15 * MINUTE);
      await sendOutbox(box.env, NOW + 60 * MINUTE);
      const twice = n === 4 && when === "before";
      expect([n, when, box.posts.length]).toEqual([n, when, twice ? 2 : 1]);
      expect(new Set(marksOf(box.posts)).size).toBe(1);
      expect(new Set(await statuses())).toEqual(new Set(["sent"]));
    }
  });

  it("that fails is tried again with growing waits, five times, and then kept with its error", async () => {
    let tries = 0;
    const box = aMailbox(() => {
      tries += 1;
      return "destination address is not verified";
    });
    await queueMails(env.DB, [aMail()], NOW);
    const triedAt: number[] = [];
    for (const minute of [0, 0.9, 1, 5.9, 6, 35.9, 36, 155.9, 156, 1000]) {
      const before = tries;
      await sendOutbox(box.env, NOW + minute * MINUTE);
      if (tries > before) triedAt.push(minute);
    }
    expect(triedAt).toEqual([0, 1, 6, 36, 156]);
    const [row] = await listMails(env.DB, "site", 1);
    expect(row).toMatchObject({ status: "failed", attempts: 5, error: "destination address is not verified" });
  });

  it("that fails once is sent at the second try, and another one meanwhile", async () => {
    let first = true;
    const box = aMailbox(({ to }) => {
      if (to !== "owner@example.com" || !first) return null;
      first = false;
      return "try again";
    });
    await queueMails(env.DB, [aMail(), aMail({ recipient: "second@example.com" })], NOW);
    expect(await sendOutbox(box.env, NOW)).toEqual({ sent: 1, failed: 1 });
    expect(await sendOutbox(box.env, NOW + MINUTE)).toEqual({ sent: 1, failed: 0 });
    expect(await statuses()).toEqual(["sent", "sent"]);
  });

  it("is given up after five senders were cut off", async () => {
    await queueMails(env.DB, [aMail()], NOW);
    for (let i = 0; i < 5; i++)
      await expect(
        sendOutbox({ ...aMailbox().env, DB: dyingDatabase(3, "after") }, NOW + i * 15 * MINUTE),
      ).rejects.toThrow("cut off");
    const box = aMailbox();
    await sendOutbox(box.env, NOW + 5 * 15 * MINUTE);
    expect([box.posts.length, await statuses()]).toEqual([0, ["failed"]]);
  });

  it("is not sent, and says why, while no sender is configured", async () => {
    const box = aMailbox();
    await queueMails(env.DB, [aMail()], NOW);
    expect(await sendOutbox({ ...box.env, MAIL_FROM: "" }, NOW)).toEqual({ sent: 0, failed: 1 });
    const [row] = await listMails(env.DB, "site", 1);
    expect(row).toMatchObject({ status: "failed", attempts: 1, error: "MAIL_FROM is not set, so no email is sent" });
  });

  it("is forgotten after 90 days, unless it still waits", async () => {
    await queueMails(env.DB, [aMail()], NOW);
    await sendOutbox(aMailbox().env, NOW);
    await queueMails(env.DB, [aMail({ subject_id: "waits" })], NOW);
    await forgetMails(env.DB, NOW + 90 * 86_400_000);
    expect((await statuses()).length).toBe(2);
    await forgetMails(env.DB, NOW + 90 * 86_400_000 + 1);
    expect(await statuses()).toEqual(["queued"]);
  });
});

describe("a webhook", () => {
  const url = "https://hooks.example.com/trackkit";
  const secret = "a secret of the receiver";
  const aPost = (given: Partial<NewMail> = {}) =>
    aMail({ channel: "webhook", recipient: url, content: { ...aMail().content, json: { rows: 3 } }, ...given });
  const givenWebhook = () => changeSettings(env.DB, "site", { reports: { webhook: { url, secret } } });

  it("is posted signed, with an id that a receiver can tell a second try by", async () => {
    const requests: Request[] = [];
    vi.stubGlobal("fetch", async (input: RequestInfo, init: RequestInit) => {
      const request = new Request(input, init);
      requests.push(request);
      return new Response(null, { status: requests.length === 1 ? 503 : 204 });
    });
    await givenWebhook();
    await queueMails(env.DB, [aPost()], NOW);
    expect(await sendOutbox(aMailbox().env, NOW)).toEqual({ sent: 0, failed: 1 });
    expect((await listMails(env.DB, "site", 1))[0]?.error).toBe("webhook answered 503");
    expect(await sendOutbox(aMailbox().env, NOW + MINUTE)).toEqual({ sent: 1, failed: 0 });
    const bodies = await Promise.all(requests.map((request) => request.text()));
    expect(JSON.parse(bodies[1]!)).toEqual({
      id: "run_summary/site/run-1/webhook",
      kind: "run_summary",
      site_id: "site",
      created_at: new Date(NOW).toISOString(),
      data: { rows: 3 },
    });
    expect(bodies[0]).toBe(bodies[1]);
    const signature = requests[1]!.headers.get("trackkit-signature");
    expect(signature).toBe(await signatureOf(secret, bodies[1]!, NOW + MINUTE));
    expect(signature).toMatch(new RegExp(`^t=${(NOW + MINUTE) / 1000},v1=[0-9a-f]{64}$`));
    expect(requests[1]!.redirect).toBe("manual");
  });

  it("is signed as anybody can verify", async () => {
    // printf '%s' '1.{}' | openssl dgst -sha256 -hmac 'sixteen letters!'
    expect(await signatureOf("sixteen letters!", "{}", 1000)).toBe(
      "t=1,v1=272d0f305aed08798ab288fc6be890112fac7c2db6dd1d30eb5a1fb6150c891f",
    );
  });

  it("follows no redirect", async () => {
    vi.stubGlobal(
      "fetch",
      async () => new Response(null, { status: 302, headers: { location: "https://evil.example/" } }),
    );
    await givenWebhook();
    await queueMails(env.DB, [aPost()], NOW);
    await sendOutbox(aMailbox().env, NOW);
    expect((await listMails(env.DB, "site", 1))[0]).toMatchObject({ status: "queued", error: "webhook answered 302" });
  });

  it("that was taken away meanwhile gets nothing", async () => {
    await queueMails(env.DB, [aPost()], NOW);
    expect(await sendOutbox(aMailbox().env, NOW)).toEqual({ sent: 0, failed: 1 });
    expect(await statuses()).toEqual(["failed"]);
  });
});

describe("who has unsubscribed", () => {
  it("gets no more mail of that kind, and all else", async () => {
    await addOptout(env.DB, { site_id: "site", kind: "run_summary", recipient: "Owner@Example.com" }, NOW);
    const mails = [
      aMail(),
      aMail({ kind: "failure" }),
      aMail({ site_id: "other" }),
      aMail({ recipient: "second@example.com" }),
    ];
    expect(await queueMails(env.DB, mails, NOW)).toBe(3);
    expect((await listMails(env.DB, "site", 10)).map(({ id }) => id).sort()).toEqual([
      "failure/site/run-1/mail/owner@example.com",
      "run_summary/site/run-1/mail/second@example.com",
    ]);
  });

  it("gets not what was queued before either", async () => {
    const box = aMailbox();
    await queueMails(env.DB, [aMail()], NOW);
    await addOptout(env.DB, { site_id: "site", kind: "run_summary", recipient: "owner@example.com" }, NOW);
    await sendOutbox(box.env, NOW);
    expect(box.posts).toEqual([]);
  });

  it("gets not what was being sent just then, and failed", async () => {
    const mail = aMail();
    await queueMails(env.DB, [mail], NOW);
    await claimMail(env.DB, mailId(mail), NOW);
    await addOptout(env.DB, { site_id: "site", kind: "run_summary", recipient: "owner@example.com" }, NOW);
    await markFailed(env.DB, mailId(mail), "mail server is away", false);
    const box = aMailbox();
    await sendOutbox(box.env, NOW + 60 * MINUTE);
    expect(box.posts).toEqual([]);
    expect(await listMails(env.DB, "site", 1)).toMatchObject([
      { status: "failed", error: "recipient has unsubscribed" },
    ]);
  });
});

describe("the link at the foot of a mail", () => {
  const optout = { site_id: "site", kind: "run_summary", recipient: "owner@example.com" } as const;
  const isOut = async () => (await env.DB.prepare("SELECT count(*) AS n FROM mail_optouts").first<{ n: number }>())?.n;

  it("shows a page with a button, since scanners of mail open links", async () => {
    const reply = await call("GET", `/mail/optout?t=${await signOptout(env, optout)}`);
    const page = await reply.text();
    expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
    expect(page).toContain("owner@example.com");
    expect(page).toContain('method="post"');
    expect(await isOut()).toBe(0);
  });

  it("unsubscribes by POST: from the page, and by one click as in RFC 8058", async () => {
    const path = `/mail/optout?t=${await signOptout(env, optout)}`;
    for (let times = 0; times < 2; times++) {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      expect((await call("POST", path, { headers, body: "List-Unsubscribe=One-Click" })).status).toBe(200);
      expect(await isOut()).toBe(1);
    }
    expect(await queueMails(env.DB, [aMail()], NOW)).toBe(0);
    await call("POST", `${path}&again`);
    expect(await isOut()).toBe(0);
  });

  it("does nothing when it was forged", async () => {
    const [head, , signature] = (await signOptout(env, optout)).split(".");
    const forged = `${head}.${btoa(JSON.stringify({ ...optout, recipient: "other@example.com" }))}.${signature}`;
    for (const token of [forged, "x", ""]) {
      expect((await call("POST", `/mail/optout?t=${token}`)).status).toBe(400);
      expect((await call("GET", `/mail/optout?t=${token}`)).status).toBe(400);
    }
    expect(await isOut()).toBe(0);
  });
});
