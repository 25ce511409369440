// Annotations in D1. A personal annotation does not exist for anybody but the account that created it.
import { and, eq, gte, lt, lte, or, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Annotation, MOST_ANNOTATIONS, MOST_OWN_ANNOTATIONS } from "../../domain/analysis/saved/saved";
import { addDays, startOfDate } from "../../domain/time/zone";
import { createShortId } from "../properties/short-id";
import { insertIf } from "./insert";
import { hasRoom, hasRoomToChange, type Quota } from "./quota";
import { annotations } from "./tables";
import { isVisible, type Viewer } from "./visible";

type AnnotationRow = typeof annotations.$inferSelect;
export type AnnotationInput = Pick<AnnotationRow, "date" | "time" | "text" | "shared">;

/** Local dates, both included; without them there is no bound. */
export interface AnnotationDays {
  from?: string | undefined;
  to?: string | undefined;
}

const toAnnotation = ({ site_id: _, user_id: __, time, created_at, ...row }: AnnotationRow): Annotation => ({
  ...row,
  time: time === null ? null : new Date(time).toISOString(),
  created_at: new Date(created_at).toISOString(),
});

const QUOTA: Quota = { shared: MOST_ANNOTATIONS, personal: MOST_OWN_ANNOTATIONS };

const oneAnnotation = (siteId: string, viewer: Viewer, id: string) =>
  and(eq(annotations.site_id, siteId), eq(annotations.id, id), isVisible(annotations, viewer));

/** The other of the two columns is null, and fails every comparison. */
const isIn = ({ from, to }: AnnotationDays, timezone: string): (SQL | undefined)[] => [
  from === undefined ? undefined : or(gte(annotations.date, from), gte(annotations.time, startOfDate(from, timezone))),
  to === undefined
    ? undefined
    : or(lte(annotations.date, to), lt(annotations.time, startOfDate(addDays(to, 1), timezone))),
];

/** The annotations of some days that the viewer sees, in order of time; those of a date begin its day. */
export async function listAnnotations(
  db: D1Database,
  { site_id, timezone }: { site_id: string; timezone: string },
  viewer: Viewer,
  days: AnnotationDays,
): Promise<Annotation[]> {
  const rows = await drizzle(db)
    .select()
    .from(annotations)
    .where(and(eq(annotations.site_id, site_id), isVisible(annotations, viewer), ...isIn(days, timezone)));
  const instants = new Map(rows.map((row) => [row, row.time ?? startOfDate(row.date!, timezone)]));
  return rows.sort((a, b) => instants.get(a)! - instants.get(b)! || a.created_at - b.created_at).map(toAnnotation);
}

export async function loadAnnotation(
  db: D1Database,
  siteId: string,
  viewer: Viewer,
  id: string,
): Promise<Annotation | null> {
  const row = await drizzle(db)
    .select()
    .from(annotations)
    .where(oneAnnotation(siteId, viewer, id))
    .get();
  return row ? toAnnotation(row) : null;
}

/** @returns null if the property has reached the limit, or the viewer that of personal ones. */
export async function createAnnotation(
  db: D1Database,
  siteId: string,
  viewer: Viewer,
  input: AnnotationInput,
  now: number,
): Promise<Annotation | null> {
  const row: AnnotationRow = { ...input, site_id: siteId, id: createShortId(), user_id: viewer, created_at: now };
  return (await insertIf(db, annotations, row, hasRoom(annotations, row, row.shared, QUOTA)))
    ? toAnnotation(row)
    : null;
}

/**
 * Fields missing in the changes keep their values. @returns null if the annotation is gone, or is to become personal and
 * another account created it; `full` if there are as many as there may be of what it is to become.
 */
export async function updateAnnotation(
  db: D1Database,
  siteId: string,
  viewer: Viewer,
  id: string,
  changes: Partial<AnnotationInput>,
): Promise<Annotation | "full" | null> {
  const isOwn = changes.shared === false ? eq(annotations.user_id, viewer ?? "") : undefined;
  const isAllowed = and(oneAnnotation(siteId, viewer, id), isOwn);
  const place = { site_id: siteId, user_id: viewer };
  const [row] = await drizzle(db)
    .update(annotations)
    .set(changes)
    .where(and(isAllowed, hasRoomToChange(annotations, place, changes.shared, QUOTA)))
    .returning();
  if (row) return toAnnotation(row);
  const hasNoRoom = await drizzle(db).select({ id: annotations.id }).from(annotations).where(isAllowed).get();
  return hasNoRoom ? "full" : null;
}

/** @returns false when the viewer sees no such annotation. */
export async function deleteAnnotation(db: D1Database, siteId: string, viewer: Viewer, id: string): Promise<boolean> {
  const gone = await drizzle(db)
    .delete(annotations)
    .where(oneAnnotation(siteId, viewer, id))
    .returning({ id: annotations.id });
  return gone.length > 0;
}
