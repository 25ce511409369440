// The pass that opened the overlay.
import { type OverlayPass, overlayPassIn } from "../../workers/domain/events/overlay.ts";

export interface OpenedWith extends OverlayPass {
  /** The signed text. */
  signed: string;
}

/** The pass in the page's address; null without one. The Worker verified it before it named the overlay chunk. */
export function passOf(address: string): OpenedWith | null {
  const signed = overlayPassIn(address);
  if (!signed) return null;
  const [, body = ""] = signed.split(".");
  return { ...(JSON.parse(atob(body.replace(/-/g, "+").replace(/_/g, "/"))) as OverlayPass), signed };
}
