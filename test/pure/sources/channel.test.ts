// The rules of GA4's default channel group, one row each, and ours.
import { describe, expect, test } from "vitest";
import { CHANNELS, type ChannelFacts, channelOf } from "../../../workers/domain/sources/channel";

const nothing: ChannelFacts = { source: "", kind: null, medium: "", campaign: "" };
const site = { source: "blog.example", kind: null };
const google = { source: "google", kind: "search" } as const;
const facebook = { source: "facebook", kind: "social" } as const;
const youtube = { source: "youtube", kind: "video" } as const;
const amazon = { source: "amazon", kind: "shopping" } as const;
const chatgpt = { source: "chatgpt.com", kind: "ai" } as const;

// https://support.google.com/analytics/answer/9756891, from top to bottom.
const rules: [channel: string | null, facts: Partial<ChannelFacts>][] = [
  ["Direct", {}],
  ["Direct", { source: "(direct)", medium: "(none)" }],
  ["Direct", { source: "(direct)", medium: "(not set)" }],
  ["Cross-network", { ...google, medium: "cpc", campaign: "my cross-network campaign" }],
  ["Paid Shopping", { ...amazon, medium: "cpc" }],
  ["Paid Shopping", { ...google, medium: "ppc", campaign: "summer shopping" }],
  ["Paid Shopping", { ...google, medium: "paid", campaign: "shop-sale" }],
  ["Paid Search", { ...google, medium: "cpc", campaign: "workshop" }],
  ["Paid Search", { ...google, medium: "cpc" }],
  ["Paid Search", { ...google, medium: "cpm" }],
  ["Paid Search", { ...google, medium: "retargeting" }],
  ["Paid Social", { ...facebook, medium: "paidsocial" }],
  ["Paid Social", { ...facebook, medium: "ppc" }],
  ["Paid Video", { ...youtube, medium: "cpv+cpc" }],
  ["Display", { ...site, medium: "display" }],
  ["Display", { ...site, medium: "banner" }],
  ["Display", { ...site, medium: "expandable" }],
  ["Display", { ...site, medium: "interstitial" }],
  ["Display", { ...site, medium: "cpm" }],
  ["Paid Other", { ...site, medium: "cpc" }],
  ["Paid Other", { ...site, medium: "paid-partner" }],
  ["Paid Other", { ...chatgpt, medium: "cpc" }],
  ["AI Assistants", chatgpt],
  ["AI Assistants", { ...chatgpt, medium: "referral" }],
  ["Organic Shopping", amazon],
  ["Organic Shopping", { ...site, campaign: "e-shop" }],
  ["Organic Social", facebook],
  ["Organic Social", { ...site, medium: "social" }],
  ["Organic Social", { ...site, medium: "social-network" }],
  ["Organic Social", { ...site, medium: "social-media" }],
  ["Organic Social", { ...site, medium: "sm" }],
  ["Organic Social", { ...site, medium: "social network" }],
  ["Organic Social", { ...site, medium: "social media" }],
  ["Organic Video", youtube],
  ["Organic Video", { ...site, medium: "in-video link" }],
  ["Organic Search", google],
  ["Organic Search", { ...site, medium: "organic" }],
  ["Referral", { ...site, medium: "referral" }],
  ["Referral", { ...site, medium: "app" }],
  ["Referral", { ...site, medium: "link" }],
  ["Email", { ...site, medium: "email" }],
  ["Email", { ...site, medium: "e-mail" }],
  ["Email", { ...site, medium: "e_mail" }],
  ["Email", { ...site, medium: "e mail" }],
  ["Email", { source: "email" }],
  ["Email", { source: "gmail", kind: "email" }],
  ["Affiliates", { ...site, medium: "affiliate" }],
  ["Audio", { ...site, medium: "audio" }],
  ["SMS", { ...site, medium: "sms" }],
  ["SMS", { source: "sms" }],
  ["Mobile Push Notifications", { ...site, medium: "webpush" }],
  ["Mobile Push Notifications", { ...site, medium: "mobile-inapp" }],
  ["Mobile Push Notifications", { ...site, medium: "notifications" }],
  ["Mobile Push Notifications", { source: "firebase" }],
  ["Referral", site],
  [null, { ...site, medium: "partner" }],
];

describe("channel", () => {
  test.each(rules)("is %s for %o", (channel, facts) => {
    expect(channelOf({ ...nothing, ...facts })).toBe(channel);
  });

  test("has a row above for every rule", () => {
    expect(new Set(rules.map(([channel]) => channel).filter(Boolean))).toEqual(new Set(CHANNELS.map(([name]) => name)));
  });
});
