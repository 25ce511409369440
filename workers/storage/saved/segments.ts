// Segments in D1. A personal segment does not exist for anybody but the account that created it.
import { and, asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { MOST_OWN_SEGMENTS, MOST_SEGMENTS, type Segment } from "../../domain/analysis/saved/saved";
import { createShortId } from "../properties/short-id";
import { insertIf } from "./insert";
import { hasRoom, hasRoomToChange, type Quota } from "./quota";
import { segments } from "./tables";
import { isVisible, type Viewer } from "./visible";

type SegmentRow = typeof segments.$inferSelect;
export type SegmentInput = Pick<Segment, "name" | "filter" | "shared">;

const toSegment = ({ site_id: _, user_id: __, created_at, ...row }: SegmentRow): Segment => ({
  ...row,
  created_at: new Date(created_at).toISOString(),
});

const QUOTA: Quota = { shared: MOST_SEGMENTS, personal: MOST_OWN_SEGMENTS };

const oneSegment = (siteId: string, viewer: Viewer, id: string) =>
  and(eq(segments.site_id, siteId), eq(segments.id, id), isVisible(segments, viewer));

/** The segments of a property that the viewer sees, oldest first. */
export async function listSegments(db: D1Database, siteId: string, viewer: Viewer): Promise<Segment[]> {
  const rows = await drizzle(db)
    .select()
    .from(segments)
    .where(and(eq(segments.site_id, siteId), isVisible(segments, viewer)))
    .orderBy(asc(segments.created_at), asc(segments.id));
  return rows.map(toSegment);
}

export async function loadSegment(db: D1Database, siteId: string, viewer: Viewer, id: string): Promise<Segment | null> {
  const row = await drizzle(db)
    .select()
    .from(segments)
    .where(oneSegment(siteId, viewer, id))
    .get();
  return row ? toSegment(row) : null;
}

/** @returns null if the property has reached the limit, or the viewer that of personal ones. */
export async function createSegment(
  db: D1Database,
  siteId: string,
  viewer: Viewer,
  input: SegmentInput,
  now: number,
): Promise<Segment | null> {
  const row: SegmentRow = { ...input, site_id: siteId, id: createShortId(), user_id: viewer, created_at: now };
  return (await insertIf(db, segments, row, hasRoom(segments, row, row.shared, QUOTA))) ? toSegment(row) : null;
}

/**
 * Fields missing in the changes keep their values. @returns null if the segment is gone, or is to become personal and
 * another account created it; `full` if there are as many as there may be of what it is to become.
 */
export async function updateSegment(
  db: D1Database,
  siteId: string,
  viewer: Viewer,
  id: string,
  changes: Partial<SegmentInput>,
): Promise<Segment | "full" | null> {
  const isOwn = changes.shared === false ? eq(segments.user_id, viewer ?? "") : undefined;
  const isAllowed = and(oneSegment(siteId, viewer, id), isOwn);
  const place = { site_id: siteId, user_id: viewer };
  const [row] = await drizzle(db)
    .update(segments)
    .set(changes)
    .where(and(isAllowed, hasRoomToChange(segments, place, changes.shared, QUOTA)))
    .returning();
  if (row) return toSegment(row);
  const hasNoRoom = await drizzle(db).select({ id: segments.id }).from(segments).where(isAllowed).get();
  return hasNoRoom ? "full" : null;
}

/** @returns false when the viewer sees no such segment. */
export async function deleteSegment(db: D1Database, siteId: string, viewer: Viewer, id: string): Promise<boolean> {
  const gone = await drizzle(db)
    .delete(segments)
    .where(oneSegment(siteId, viewer, id))
    .returning({ id: segments.id });
  return gone.length > 0;
}
