// The two simulated websites of the demo, a shop and its documentation, laid out as browsers show them.
import { existsSync, readFileSync } from "node:fs";
import { DEMO, readSimulation, type Simulation } from "./config.ts";

const DOCS = new URL("./docs.yml", import.meta.url);
/** Written by scripts/site/measure.ts. */
const LAYOUTS = new URL("./layouts.json", import.meta.url);

export type SiteName = "shop" | "docs";

export function readSites(): Record<SiteName, Simulation> {
  const layouts = existsSync(LAYOUTS)
    ? (JSON.parse(readFileSync(LAYOUTS, "utf8")) as Record<SiteName, Simulation["layouts"]>)
    : { shop: {}, docs: {} };
  return {
    shop: { ...readSimulation(), layouts: layouts.shop },
    docs: { ...readSimulation(DOCS, DEMO), layouts: layouts.docs },
  };
}
