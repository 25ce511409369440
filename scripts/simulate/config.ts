// The configuration of the simulation: the fields of demo.yml and their meaning.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { RULE_TRIGGER_NAMES } from "../../workers/domain/events/rule.ts";

const weight = z.number().min(0);
const share = z.number().min(0).max(1);
const path = z.string().startsWith("/", "path must begin with /");
const weights = z.record(z.string(), weight);
/** One value, or a list to pick from. */
const choice = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]);

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `90s`, `10m`, `2h` or `30d`. @throws Error when the text is not a duration. */
export function toDuration(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (!count || !unit) throw new Error(`duration must be a number with s, m, h or d, such as 10m; got ${text}`);
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}

const duration = z.string().transform((text, context) => {
  try {
    return toDuration(text);
  } catch (error) {
    context.addIssue(String(error));
    return z.NEVER;
  }
});

const hours = z.array(weight).length(24, "a curve has 24 numbers, one for each hour from midnight");

const place = z.strictObject({ region: z.string(), city: z.string(), weight });

/** A way into the net, as Cloudflare names it: the autonomous system's organization and number. */
const network = z.strictObject({ name: z.string(), asn: z.int().min(1).max(4_294_967_295), weight });

const country = z.strictObject({
  code: z.string().regex(/^[A-Z]{2}$/, "code must be two capital letters"),
  weight,
  timezone: z.string(),
  languages: weights,
  places: z.array(place).min(1),
  networks: z.array(network).default([]),
});

const device = z.strictObject({
  name: z.string(),
  weight,
  agent: z.string(),
  screens: z.array(z.string().regex(/^\d+x\d+$/, "a screen is WIDTHxHEIGHT")).min(1),
});

const source = z.strictObject({
  name: z.string(),
  weight,
  /** Page that linked here; absent for visits that come from nowhere. */
  referrer: choice(z.string()).optional(),
  /** Query of the landing page. */
  query: choice(z.string()).optional(),
  /** Entry pages of such visits. Default: the `entry` of each page. */
  landing: weights.optional(),
  /** Probability that such a visit leaves its first page at once. */
  bounce: share.default(0.3),
  /** Pages that such visits prefer: factors of the weights in `next`. */
  draws: weights.optional(),
});

/**
 * An event that may happen while a page is read. Its other words are those of POST /api/events; `at` is where it is
 * clicked, percent of the page's width and CSS pixels from its top. One entry of `one_of` is added to them.
 */
const action = z.looseObject({
  event_type: z.string(),
  chance: share,
  one_of: z.array(z.looseObject({ weight })).min(1).optional(),
  at: z.tuple([z.number().min(0).max(100), z.number().min(0)]).optional(),
});

const video = z.strictObject({
  media: z.string(),
  kind: z.enum(["video", "audio", "youtube", "vimeo"]).default("video"),
  seconds: z.number().positive(),
  /** Probability that it is played, and that a person who plays it continues to the next quarter. */
  chance: share,
  keep: share.default(0.75),
});

const form = z.strictObject({
  form: z.string(),
  fields: z.array(z.string()).min(1),
  /** Probability that it is started, and that a person who starts it submits it. */
  chance: share,
  finish: share,
});

/** Probability that a page view reports these, because they are many events. */
const behaviour = z.strictObject({ scroll_steps: share, web_vitals: share, heatmaps: share });

/** A rule of the property. Actions with its selector match it. */
const rule = z.strictObject({
  name: z.string(),
  selector: z.string(),
  trigger: z.enum(RULE_TRIGGER_NAMES),
  page: z.string().optional(),
});

const page = z.strictObject({
  path,
  title: z.string(),
  entry: weight.default(0),
  /** Median seconds that the page is read. */
  read: z.number().positive(),
  /** The usual scroll depth in percent. */
  scroll: z.number().min(0).max(100),
  leave: share,
  next: weights,
  actions: z.array(action).default([]),
  /** CSS pixels on a wide screen. */
  height: z.number().positive().default(3000),
  /** Slowness relative to other pages; multiplies the web vitals. */
  heavy: z.number().positive().default(1),
  video: video.optional(),
  form: form.optional(),
});

/** Widths by which the tracker sorts heatmaps. */
export const WIDTHS = ["phone", "tablet", "desktop"] as const;
export type Width = (typeof WIDTHS)[number];

/**
 * A link, button or picture of a page: its centre in percent of the page's width and CSS pixels from its top, how often
 * it is pressed, and its selector if an action has it.
 */
const target = z.strictObject({ x: z.number(), y: z.number(), weight, selector: z.string().optional() });
/** A page as a browser of some width lays it out. */
const layout = z.strictObject({ height: z.number().positive(), targets: z.array(target) });

export const simulationSchema = z
  .strictObject({
    users: z.int().min(1).max(10_000_000),
    duration,
    rate: z.number().positive().max(1_000_000),
    seed: z.int(),
    hostname: z.string(),
    /** Scheme of the site's addresses. */
    scheme: z.enum(["https", "http"]).default("https"),
    regulars: z.strictObject({ share: share.refine((s) => s > 0, "share must be above 0"), visits: share }),
    signed_in: share,
    curve: z.union([z.literal("flat"), z.strictObject({ weekday: hours, weekend: hours })]),
    countries: z.array(country).min(1),
    /** Networks of all countries. Their weights compete with those of the country's own networks. */
    networks: z.array(network).default([]),
    devices: z.array(device).min(1),
    sources: z.array(source).min(1),
    pages: z.array(page).min(1),
    /** Settings of the optional measurements. Default: no events of them. */
    behaviour: behaviour.optional(),
    rules: z.array(rule).default([]),
    /** Layouts of pages by path, for clicks that meet what is there. Default: only actions with `at` are clicked. */
    layouts: z.record(path, z.partialRecord(z.enum(WIDTHS), layout)).default({}),
  })
  .superRefine(({ pages, sources }, context) => {
    const known = new Set(pages.map((one) => one.path));
    const named = [
      ...pages.flatMap((one) => Object.keys(one.next)),
      ...sources.flatMap((one) => Object.keys(one.landing ?? {})),
    ];
    for (const unknown of new Set(named.filter((one) => !known.has(one))))
      context.addIssue(`${unknown} is linked, but no page has this path`);
    if (!pages.some((one) => one.entry > 0)) context.addIssue("at least one page must have an entry above 0");
  });

export type Simulation = z.infer<typeof simulationSchema>;
export type Country = Simulation["countries"][number];
export type Network = Country["networks"][number];
export type Device = Simulation["devices"][number];
export type Source = Simulation["sources"][number];
export type Page = Simulation["pages"][number];
export type Action = Page["actions"][number];
export type Behaviour = NonNullable<Simulation["behaviour"]>;
export type Video = NonNullable<Page["video"]>;
export type Layout = z.infer<typeof layout>;
export type Form = NonNullable<Page["form"]>;

/** @throws Error that lists all faults of the configuration. */
export function toSimulation(value: unknown): Simulation {
  const result = simulationSchema.safeParse(value);
  if (result.success) return result.data;
  const wrong = result.error.issues.map((issue) => `  ${issue.path.join(".") || "(top)"}: ${issue.message}`);
  throw new Error(`The configuration is not valid:\n${wrong.join("\n")}`);
}

export const DEMO = new URL("./demo.yml", import.meta.url);

const readYaml = (file: string | URL): object => parse(readFileSync(file, "utf8")) as object;

/** @param base a configuration whose fields hold where `file` says nothing. */
export function readSimulation(file: string | URL = DEMO, base?: string | URL): Simulation {
  return toSimulation({ ...(base ? readYaml(base) : {}), ...readYaml(file) });
}
