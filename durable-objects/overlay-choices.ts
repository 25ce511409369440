// What owners pick on pages of their site, kept for the dashboard that opened the picker: one choice for each pass, for as
// long as the pass is valid. It is no part of what the hub counts, and needs none of its tables.
import { DurableObject } from "cloudflare:workers";
import { OVERLAY_MINUTES, type OverlayChoice } from "../workers/domain/events/overlay";

const PREFIX = "choice/";
/** Pickers of a property that wait at once. The oldest gives way. */
const MOST = 20;

interface Expected {
  /** The session or key that opened the picker. */
  holder: string;
  /** Milliseconds since 1970. */
  expires: number;
  choice: OverlayChoice | null;
}

/** The part of a hub that keeps choices. */
export class OverlayChoices extends DurableObject<Cloudflare.Env> {
  async expectChoice(id: string, holder: string): Promise<void> {
    const now = Date.now();
    const { storage } = this.ctx;
    const known = [...(await storage.list<Expected>({ prefix: PREFIX }))].sort(([, a], [, b]) => b.expires - a.expires);
    const gone = known.filter(([, { expires }], place) => expires <= now || place >= MOST - 1);
    if (gone.length > 0) await storage.delete(gone.map(([key]) => key));
    await storage.put<Expected>(PREFIX + id, { holder, expires: now + OVERLAY_MINUTES * 60_000, choice: null });
  }

  async keepChoice(id: string, choice: OverlayChoice): Promise<boolean> {
    const expected = await this.expected(id);
    if (!expected || expected.choice !== null) return false;
    await this.ctx.storage.put<Expected>(PREFIX + id, { ...expected, choice });
    return true;
  }

  async choiceOf(id: string, holder: string): Promise<OverlayChoice | null | undefined> {
    const expected = await this.expected(id);
    return expected?.holder === holder ? expected.choice : undefined;
  }

  private async expected(id: string): Promise<Expected | null> {
    const expected = await this.ctx.storage.get<Expected>(PREFIX + id);
    return expected && expected.expires > Date.now() ? expected : null;
  }
}
