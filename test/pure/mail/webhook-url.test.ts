// Which addresses a webhook may have, deployed and on the owner's own machine.
import { describe, expect, it } from "vitest";
import { faultOfWebhookUrl, isLoopbackUrl } from "../../../workers/domain/mail/webhook-url";

const PRIVATE = [
  "https://localhost/",
  "https://localhost./",
  "https://x.localhost/",
  "https://router/",
  "https://db.internal/",
  "https://printer.local/",
  "https://127.0.0.1/",
  "https://127.1/",
  "https://0x7f000001/",
  "https://0.0.0.0/",
  "https://10.1.2.3/",
  "https://172.16.0.1/",
  "https://192.168.1.1/",
  "https://169.254.169.254/latest/meta-data",
  "https://100.64.0.1/",
  "https://[::1]/",
  "https://[::]/",
  "https://[fd00::1]/",
  "https://[fe80::1]/",
  "https://[::ffff:10.0.0.1]/",
];

describe("a webhook's address", () => {
  it("is public and over TLS", () => {
    for (const good of [
      "https://hooks.example.com/a?b=c",
      "https://example.com.:8443/",
      "https://203.0.112.7/",
      "https://[2606:4700::1]/",
    ])
      expect([good, faultOfWebhookUrl(good, false)]).toEqual([good, null]);
    expect(faultOfWebhookUrl("http://hooks.example.com/", false)).toBe("must be https");
  });

  it("is not in a private network, however it is written", () => {
    for (const url of PRIVATE) expect([url, faultOfWebhookUrl(url, false)]).toEqual([url, "must be on a public host"]);
  });

  it("may be on loopback where the Worker itself is, and nowhere else in the private network", () => {
    for (const url of ["http://127.0.0.1:9999/hook", "http://localhost:9999/", "http://[::1]:1/"])
      expect([url, faultOfWebhookUrl(url, true)]).toEqual([url, null]);
    expect(faultOfWebhookUrl("http://192.168.1.1/", true)).toBe("must be on a public host");
    expect(
      ["http://127.0.0.1:8787", "https://track.example", "", "https://127.0.0.1.example.com"].map(isLoopbackUrl),
    ).toEqual([true, false, false, false]);
  });

  it("holds no password", () => {
    expect(faultOfWebhookUrl("https://a:b@hooks.example.com/", false)).toMatch(/^must not contain/);
  });
});
