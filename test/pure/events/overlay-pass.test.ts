// The pass in an address: read from what anybody sends, before anything else is known of it.
import { expect, it } from "vitest";
import { overlayPassIn, withOverlayPass } from "../../../workers/domain/events/overlay";

it("is the last part of the fragment, and of nothing else", () => {
  expect(overlayPassIn(withOverlayPass("https://a.example/?b=c&d=e#/route&f=g", "pass"))).toBe("pass");
  for (const address of ["", "#", "https://a.example/?a=b&trackkit=p", "https://a.example/#trackkit=p&a=b", "#a#b"])
    expect(overlayPassIn(address)).toBe(null);
});

it("is looked for once in the longest beacon, however it is written: a pattern took seconds", () => {
  const hostile = "#".repeat(32_000) + "&".repeat(32_000);
  const begun = performance.now();
  expect(overlayPassIn(hostile)).toBe(null);
  expect(performance.now() - begun).toBeLessThan(1000);
});
