// The order of texts in answers: that of their UTF-8 bytes, which is that of D1.
import fc from "fast-check";
import { expect, it } from "vitest";
import { compareTexts } from "../../../workers/domain/queries/text-order";

it("is that of UTF-8, also for emoji beside full-width letters and private characters", () => {
  const piece = fc.constantFrom("a", "é", "\ud7ff", "\ue000", "Ａ", "\uffff", "😀", "\u{10ffff}", "");
  const text = fc.oneof(
    fc.array(piece, { maxLength: 4 }).map((all) => all.join("")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(Math.sign(compareTexts(one, other))).toBe(Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other))));
    }),
    { numRuns: 2_000 },
  );
  expect(["Ａ", "😀"].sort(compareTexts)).toEqual(["Ａ", "😀"]);
});
