// The zones of the lake, and the datasets that the pipeline makes from the raw zone. Zod-free.

/** The outputs of the pipeline from the raw zone, each with its watermark. */
export const DATASETS = ["techstack", "ip_list", "ip_enrichment"] as const;
export type Dataset = (typeof DATASETS)[number];

/** The analysis zone's tables of local days, each made from the events of raw and compacted objects. */
export const DAY_ZONES = ["visits", "actions"] as const;

export const LAKE_ZONES = ["raw", "events", "techstack", "ip_list", "ip_enrichment", ...DAY_ZONES] as const;
export type LakeZone = (typeof LAKE_ZONES)[number];
