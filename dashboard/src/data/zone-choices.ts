// The time zones of a picker, and the search among them. Loaded only on screens with the picker: the tables are 15 KB
// gzipped.
import { formatOffset, offsetAt } from "../../../workers/domain/time/zone";
import { canonicalZone, zonesByName } from "../../../workers/domain/time/zone-name";
import { words as texts } from "../words/forms";
import type { Choice } from "./choice";
import { LOCALE } from "./format";
import { ZONE_PLACES } from "./zone-places";

export interface ZoneChoice extends Choice {
  /** The current offset, `+05:30`. */
  offset: string;
  /** All names of the zone. */
  names: string[];
  /** Names, cities and country, each word between two spaces. */
  place: string;
  /** The name of its time, in the same format: Sri Lanka has India Time. */
  time: string;
}

export { canonicalZone };

const regions = new Intl.DisplayNames(LOCALE, { type: "region", fallback: "code" });

/** Letters without diacritics: people type Sao Paulo for São Paulo. */
const plain = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+]+/gu, " ");

const spaced = (text: string): string => ` ${plain(text).trim()} `;

interface NamedZone {
  name: string;
  country: string | null;
  words: string;
  cities: string[];
}

const places = (): NamedZone[] =>
  ZONE_PLACES.split(/;\n?/).map((zone) => {
    const [name = "", country = "", words = "", cities = ""] = zone.split("|");
    return { name, country, words, cities: cities.split(",").filter(Boolean) };
  });

const withoutPlace = (name: string): NamedZone => ({ name, country: null, words: "", cities: [] });

function toChoice(
  { name, country, words, cities }: NamedZone,
  aliases: string[],
  own: string,
  now: number,
): ZoneChoice {
  const offset = formatOffset(offsetAt(now, name));
  const region = country ? regions.of(country) : null;
  const note = [
    ...(name === own ? [texts.browserZone] : []),
    cities
      .filter((city) => city !== region)
      .slice(0, 3)
      .join(", "),
    region,
  ];
  return {
    value: name,
    label: name.replaceAll("_", " "),
    hint: texts.utcOffset(offset),
    detail: note.filter(Boolean).join(" · "),
    offset,
    names: [name, ...aliases].map((known) => plain(known).trim()),
    place: spaced([name, ...aliases, ...cities, region, country].join(" ")),
    time: spaced(words),
  };
}

function isKnown(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

const minutesOf = (offset: string): number => {
  const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number);
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
};

/**
 * All zones of the browser: the viewer's own first, the others by offset. Fixed offsets such as Etc/GMT+5, which no
 * country uses, are included only if they are `own` or `chosen`.
 */
export function zoneChoices(now: number, own: string, chosen: string): ZoneChoice[] {
  const aliases = new Map<string, string[]>();
  for (const [alias, name] of zonesByName()) aliases.set(name, [...(aliases.get(name) ?? []), alias]);
  const listed = new Map(places().map((place) => [place.name, place]));
  const [mine, theirs] = [canonicalZone(own), canonicalZone(chosen)];
  for (const name of ["UTC", mine, theirs]) if (!listed.has(name)) listed.set(name, withoutPlace(name));
  return [...listed.values()]
    .filter(({ name }) => isKnown(name))
    .map((place) => toChoice(place, aliases.get(place.name) ?? [], mine, now))
    .sort(
      (a, b) =>
        Number(b.value === mine) - Number(a.value === mine) ||
        minutesOf(a.offset) - minutesOf(b.offset) ||
        (a.value < b.value ? -1 : 1),
    );
}

/** `+5`, `UTC+5:30`, `-0330`, `5:30`: a test of a zone's offset; null if the text is not an offset. */
function toOffsetTest(typed: string): ((offset: string) => boolean) | null {
  const match = /^(?:utc|gmt)?([+−-]?)(\d{1,2})(?::(\d{0,2})|(\d{2}))?$/.exec(typed);
  const [, sign = "", hours = "", afterColon, atOnce] = match ?? [];
  if (!match || (sign === "" && afterColon === undefined)) return null;
  return (offset) => {
    const isSigned = sign === "" || offset === "+00:00" || offset.startsWith(sign === "+" ? "+" : "-");
    return isSigned && offset.slice(1).startsWith(`${hours.padStart(2, "0")}:${afterColon ?? atOnce ?? ""}`);
  };
}

/**
 * How well a zone matches a word: 0 for a whole word of its place, 1 for the start of one, 2 for the name of its time,
 * 3 for a part of a word; null without a match.
 */
type Rank = (zone: ZoneChoice) => number | null;

function toRank(word: string): Rank {
  const hasOffset = toOffsetTest(word);
  if (hasOffset) return ({ offset }) => (hasOffset(offset) ? 0 : null);
  const text = plain(word).trim();
  return ({ place, time }) => {
    if (place.includes(` ${text} `)) return 0;
    if (place.includes(` ${text}`)) return 1;
    if (time.includes(` ${text}`)) return 2;
    return place.includes(text) ? 3 : null;
  };
}

/**
 * The zones that match all words, best matches first: India is a country, but also the start of Indiana. A full name
 * comes first.
 */
export function searchZones(zones: readonly ZoneChoice[], typed: string): ZoneChoice[] {
  // "UTC +5" is one offset, not the zone UTC and an offset.
  const words = typed.toLowerCase().replace(/\b(utc|gmt)\s+(?=[+−-])/g, "");
  const ranks = words
    .split(/[\s,/_]+/)
    .filter((word) => toOffsetTest(word) || plain(word).trim())
    .map(toRank);
  const name = plain(typed).trim();
  const found: { zone: ZoneChoice; rank: number }[] = [];
  for (const zone of zones) {
    const each = ranks.map((rank) => rank(zone));
    const isNamed = zone.names.includes(name);
    if (isNamed || each.every((rank) => rank !== null))
      found.push({ zone, rank: isNamed ? -1 : Math.max(0, ...each.map(Number)) });
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ zone }) => zone);
}
