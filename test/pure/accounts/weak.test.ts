// Which passwords are easy to guess, and how much of the Worker the list of them takes.
import { describe, expect, it } from "vitest";
import { COMMON_PASSWORDS } from "../../../workers/accounts/passwords/common-passwords";
import { faultOfPassword } from "../../../workers/accounts/passwords/weak";

describe("a password is easy to guess", () => {
  it.each([
    ["common", "1qaz2wsx3edc"],
    ["common, in capitals", "QWERTY123456"],
    ["common, with a few characters added", "password1234"],
    ["common, in front", "2024!Summer!"],
    ["common, spelled with signs", "P@ssw0rd2024"],
    ["common, twice", "dragondragon"],
    ["a sequence", "abcdefghijklm"],
    ["a sequence backwards", "0987654321098"],
    ["a row of keys", "qwertyuiopas"],
    ["a repetition", "xyzxyzxyzxyz"],
    ["of few characters", "abababbabaab"],
    ["the product", "TrackKit2026"],
  ])("%s: %s", (_, password) => {
    expect(faultOfPassword(password)).toMatch(/; choose another$/);
  });

  it("the user's own name or address", () => {
    for (const password of ["grace.hopper", "hopper123456", "grace.hopper@example.com"])
      expect(faultOfPassword(password, ["grace.hopper@example.com", "Grace Hopper"])).toMatch(/choose another$/);
  });
});

it.each([
  "correct horse battery staple",
  "ten letters and more",
  "x7#Kq2!vP9zL",
  "6f1c0f0e-6c39-4a0e-8f0d-1f2c5a0f8c11",
  "ein langer Satz auf Deutsch",
  "パスワードは十二文字以上です",
  "superstar-umbrella-91",
])("is not refused: %s", (password) => {
  expect(faultOfPassword(password, ["owner@example.com", "Owner"])).toBeNull();
});

describe("the list", () => {
  it("has at most 100 KB", () => {
    expect(COMMON_PASSWORDS.length).toBeLessThan(100_000);
  });

  it("holds each password once, in lower case", () => {
    const words = COMMON_PASSWORDS.split(" ");
    expect(new Set(words).size).toBe(words.length);
    expect(words.filter((word) => word === "" || word !== word.toLowerCase())).toEqual([]);
  });
});
