// Enrichment: what a provider said of an address.
import type { NetworkType } from "./network";

export interface Found {
  network: string | null;
  network_type: NetworkType | null;
  asn: number | null;
  country: string | null;
  region: string | null;
  city: string | null;
}
