// What logs, dead letters and mails say of an error: what went wrong and where, and nothing of the values.
import { expect, it } from "vitest";
import {
  describeError,
  reasonOf,
  withoutPersons,
  withoutValues,
} from "../../../workers/domain/requests/describe-error";

it("an address, a user agent and a mail address are left out of any text", () => {
  const agents = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
  for (const [text, left] of [
    ["from 198.51.100.7, and more", "from (address), and more"],
    ["from 2001:db8:5:5::1 and ::ffff:198.51.100.7", "from (address) and (address)"],
    ["from 2001:db8:1:2:3:4:5:6", "from (address)"],
    [`agent ${agents}`, "agent (agent)"],
    ["user ada@shop.example is unknown", "user (email) is unknown"],
    // What looks like one and is none.
    ["at 12:30:45, version 4.156.2, kj::Exception", "at 12:30:45, version 4.156.2, kj::Exception"],
    ["objects of abcdefg/0 and 8.1 MB", "objects of abcdefg/0 and 8.1 MB"],
  ])
    expect(withoutPersons(text!)).toBe(left);
});

it("what libraries quote is left out", () => {
  const drizzle = new Error(
    "Failed query: insert into session (ip) values (?)\nparams: 198.51.100.7,UA-MARKER,\nanother line of the agent",
  );
  expect(reasonOf(drizzle)).toBe("Error: Failed query: insert into session (ip) values (?)");
  let unparsed: unknown;
  try {
    JSON.parse('{"user": UA-MARKER}');
  } catch (error) {
    unparsed = error;
  }
  expect(reasonOf(unparsed)).not.toContain("MARKER");
  expect(reasonOf(unparsed)).toContain("SyntaxError: Unexpected token");
});

it("the log says where it happened and why, as far down as it goes", () => {
  const cause = new AggregateError([new Error("first, from 198.51.100.7"), "second"], "both failed");
  const text = describeError(new Error("request failed", { cause }));
  expect(text).toContain("Error: request failed\n");
  expect(text).toContain("describe-error.test.ts");
  expect(text).toContain("because of AggregateError: both failed");
  expect(text).toContain("because of Error: first, from (address)");
  expect(text).toContain("because of second");
});

it("an error for the platform keeps its name", () => {
  const error = withoutValues(new TypeError("198.51.100.7 is no number"));
  expect(String(error)).toBe("TypeError: (address) is no number");
  expect(String(withoutValues("nothing"))).toBe("Error: nothing");
});
