// The owner's contact for finders of security faults.
import { expect, it } from "vitest";
import { securityText } from "../../../scripts/security-contact.ts";

it("is an address of mail or of the web, for a year", () => {
  const now = Date.UTC(2026, 10, 30);
  expect(securityText("security@shop.example", now)).toBe(
    "Contact: mailto:security@shop.example\nExpires: 2027-11-30T00:00:00.000Z\nPreferred-Languages: en\n",
  );
  expect(securityText("https://shop.example/security", now)).toContain("Contact: https://shop.example/security\n");
  for (const wrong of [
    "http://shop.example",
    "shop.example",
    "a@b\nContact: https://evil.example",
    "javascript:alert(1)",
  ])
    expect(() => securityText(wrong, now)).toThrow("SECURITY_CONTACT must be");
});
