// Channels: GA4's default channel group as a list of rules, and AI assistants.
import type { SourceKind } from "./additions";

/** The input of the rules. All texts are lower case, and empty if missing. */
export interface ChannelFacts {
  /** The source as written in the tag, otherwise its name; empty if direct. */
  source: string;
  kind: SourceKind | null;
  /** `utm_medium`, otherwise the medium that click id and referrer imply. */
  medium: string;
  campaign: string;
}

const DIRECT_SOURCES = ["", "(direct)"];
const NO_MEDIA = ["", "(none)", "(not set)"];
const SEARCH_MEDIA = ["organic"];
const DISPLAY_MEDIA = ["display", "banner", "expandable", "interstitial", "cpm"];
const SOCIAL_MEDIA = ["social", "social-network", "social-media", "sm", "social network", "social media"];
const REFERRAL_MEDIA = ["referral", "app", "link"];
const EMAIL = ["email", "e-mail", "e_mail", "e mail"];

const isPaid = ({ medium }: ChannelFacts): boolean =>
  medium.includes("cp") || medium === "ppc" || medium === "retargeting" || medium.startsWith("paid");
const isShopping = ({ kind, campaign }: ChannelFacts): boolean =>
  kind === "shopping" || campaign.includes("shopping") || /(?:[^a-df-z]|^)shop/.test(campaign);

/**
 * The first rule that matches sets the channel. Rules and order are Google's
 * (https://support.google.com/analytics/answer/9756891, "Manual traffic"). We added "AI Assistants", count web mail
 * (Gmail …) as Email, and added the last rule, because GA4 leaves a link that is tagged only with a source Unassigned.
 */
export const CHANNELS: readonly [name: string, fits: (facts: ChannelFacts) => boolean][] = [
  ["Direct", ({ source, medium }) => DIRECT_SOURCES.includes(source) && NO_MEDIA.includes(medium)],
  ["Cross-network", ({ campaign }) => campaign.includes("cross-network")],
  ["Paid Shopping", (facts) => isShopping(facts) && isPaid(facts)],
  ["Paid Search", (facts) => facts.kind === "search" && isPaid(facts)],
  ["Paid Social", (facts) => facts.kind === "social" && isPaid(facts)],
  ["Paid Video", (facts) => facts.kind === "video" && isPaid(facts)],
  ["Display", ({ medium }) => DISPLAY_MEDIA.includes(medium)],
  ["Paid Other", isPaid],
  ["AI Assistants", ({ kind }) => kind === "ai"],
  ["Organic Shopping", isShopping],
  ["Organic Social", ({ kind, medium }) => kind === "social" || SOCIAL_MEDIA.includes(medium)],
  ["Organic Video", ({ kind, medium }) => kind === "video" || medium.includes("video")],
  ["Organic Search", ({ kind, medium }) => kind === "search" || SEARCH_MEDIA.includes(medium)],
  ["Referral", ({ medium }) => REFERRAL_MEDIA.includes(medium)],
  ["Email", ({ kind, source, medium }) => kind === "email" || EMAIL.includes(source) || EMAIL.includes(medium)],
  ["Affiliates", ({ medium }) => medium === "affiliate"],
  ["Audio", ({ medium }) => medium === "audio"],
  ["SMS", ({ source, medium }) => source === "sms" || medium === "sms"],
  [
    "Mobile Push Notifications",
    ({ source, medium }) => medium.endsWith("push") || /mobile|notification/.test(medium) || source === "firebase",
  ],
  ["Referral", ({ medium }) => NO_MEDIA.includes(medium)],
];

/** The channel's name; null if no rule matches, which GA4 calls Unassigned. */
export function channelOf(facts: ChannelFacts): string | null {
  return CHANNELS.find(([, fits]) => fits(facts))?.[0] ?? null;
}
