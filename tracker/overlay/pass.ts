// The pass with which the overlay was opened.
import { type OverlayPass, overlayPassIn } from "../../workers/domain/events/overlay.ts";

export interface OpenedWith extends OverlayPass {
  /** As it was signed. */
  signed: string;
}

/** The pass in the page's address, null when there is none. The Worker proved it before it named the overlay. */
export function passOf(address: string): OpenedWith | null {
  const signed = overlayPassIn(address);
  if (!signed) return null;
  const [, body = ""] = signed.split(".");
  return { ...(JSON.parse(atob(body.replace(/-/g, "+").replace(/_/g, "/"))) as OverlayPass), signed };
}
