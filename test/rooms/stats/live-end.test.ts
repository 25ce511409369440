// A live socket ends with the session or the API key that opened it.
import { describe, expect, test } from "vitest";
import { call, givenFreshStorage, givenKey, givenOwner, givenProperty, givenSession } from "../given";

givenFreshStorage();

async function open(siteId: string, by: { key?: string; headers?: Record<string, string> }): Promise<WebSocket> {
  const reply = await call("GET", `/api/v1/properties/${siteId}/live/socket`, {
    ...by,
    headers: { ...by.headers, upgrade: "websocket" },
  });
  expect(reply.status).toBe(101);
  reply.webSocket!.accept();
  return reply.webSocket!;
}
const closed = (socket: WebSocket) =>
  new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));

describe("a live socket closes, and others stay open", () => {
  test("when its key is deleted", async () => {
    const { site_id } = await givenProperty();
    const manager = { key: await givenKey() };
    const reply = await call("POST", "/api/v1/keys", { ...manager, body: { name: "Watcher", scopes: ["stats"] } });
    const made = (await reply.json()) as { id: string; key: string };
    const [mine, other] = [await open(site_id, { key: made.key }), await open(site_id, manager)];
    const end = closed(mine);
    expect((await call("DELETE", `/api/v1/keys/${made.id}`, manager)).status).toBe(204);
    expect(await end).toBe(1012);
    expect(other.readyState).toBe(WebSocket.OPEN);
    other.close();
  });

  test.each([
    ["signs out", async (headers: Record<string, string>) => call("POST", "/api/auth/sign-out", { headers, body: {} })],
    [
      "changes the password elsewhere",
      async (_: Record<string, string>, elsewhere: Record<string, string>, password: string) =>
        call("POST", "/api/auth/change-password", {
          headers: elsewhere,
          body: { currentPassword: password, newPassword: "another long secret" },
        }),
    ],
    [
      "signs out other sessions",
      async (_: Record<string, string>, elsewhere: Record<string, string>) =>
        call("DELETE", "/api/v1/account/sessions", { headers: elsewhere }),
    ],
  ])("when its owner %s", async (_, act) => {
    const owner = await givenOwner();
    const { site_id } = await givenProperty(owner.organization.id);
    const [headers, elsewhere] = [await givenSession(owner), await givenSession(owner)];
    const key = await givenKey(owner.organization.id);
    const [mine, other] = [await open(site_id, { headers }), await open(site_id, { key })];
    const end = closed(mine);
    expect((await act(headers, elsewhere, owner.password)).ok).toBe(true);
    expect(await end).toBe(1012);
    expect(other.readyState).toBe(WebSocket.OPEN);
    other.close();
  });
});
