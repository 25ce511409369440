// Reads rows of events from objects of the lake, as the analysis zone needs them: only some rows, and of these only some
// columns, so that a large day can be read a part at a time.
import { NEEDED, type Needed } from "../../domain/analysis/zone/day";
import { effective } from "../../domain/counts/correction";
import { LAKE_COLUMNS } from "../../domain/events/columns";
import type { StampedEvent } from "../../domain/events/event";
import { openColumns, readColumns } from "../../domain/lake/merge";
import type { LakeFile } from "../../domain/lake/object";
import { fromCell } from "../../domain/lake/table-parquet";
import { enrichmentReader } from "../lake/reading";
import type { ObjectReader } from "./object-reader";

/** What an event is corrected by where its object has not been: see `effective`. */
const CORRECTED = ["ip", "asn", "network", "network_type"] as const;
const READ = [...new Set([...NEEDED, ...CORRECTED])];
type Read = Pick<StampedEvent, (typeof READ)[number]>;

const PLACE = ["local_date", "visit_date", "visit_id", "visitor_id"] as const;
/** The columns that say in which days and which part a row lies. */
export type Place = Pick<Read, (typeof PLACE)[number]>;

/** At most so many objects are fetched at once: a Worker has six connections. */
const AT_ONCE = 6;

/** Does something with objects, a few at a time, in their order. */
async function eachOf<Result>(
  files: readonly LakeFile[],
  read: (file: LakeFile) => Promise<Result>,
  take: (result: Result) => void,
): Promise<void> {
  for (let at = 0; at < files.length; at += AT_ONCE)
    for (const result of await Promise.all(files.slice(at, at + AT_ONCE).map(read))) take(result);
}

/** Times come from a column as numbers already. */
const cellOf = (name: keyof Read, value: unknown): unknown =>
  LAKE_COLUMNS[name] === "time" ? value : fromCell(LAKE_COLUMNS[name], value);

const placeAt = (columns: Record<keyof Place, unknown[]>, row: number): Place => ({
  local_date: columns.local_date[row] as string,
  visit_date: columns.visit_date[row] as string,
  visit_id: columns.visit_id[row] as string | null,
  visitor_id: columns.visitor_id[row] as string,
});

const NO_ROW = Object.fromEntries(READ.map((name) => [name, null])) as unknown as Read;

/** The rows of an object that `wants` asks for. Only one column is decoded at a time. */
async function rowsOf(
  objects: ObjectReader,
  file: LakeFile,
  foundFor: ReturnType<typeof enrichmentReader>,
  wants: (row: Place) => boolean,
): Promise<Needed[]> {
  const { rows: total, read } = await openColumns(await objects.read(file), READ);
  const places = {
    local_date: await read("local_date"),
    visit_date: await read("visit_date"),
    visit_id: await read("visit_id"),
    visitor_id: await read("visitor_id"),
  };
  const picked: number[] = [];
  for (let row = 0; row < total; row++) if (wants(placeAt(places, row))) picked.push(row);
  if (picked.length === 0) return [];
  const rows: Read[] = picked.map(() => ({ ...NO_ROW }));
  for (const name of READ) {
    const values = name in places ? places[name as keyof Place] : await read(name);
    picked.forEach((row, i) => {
      (rows[i] as unknown as Record<string, unknown>)[name] = cellOf(name, values[row]);
    });
  }
  const found = await foundFor(file);
  if (found.size === 0) return rows;
  return rows.map((row) => {
    const said = row.ip === null ? undefined : found.get(row.ip);
    return said ? effective(row as StampedEvent, said) : row;
  });
}

/** More events than fit into memory. */
export class TooManyEvents extends Error {
  constructor(most: number) {
    super(`events to be read at once are more than ${most}`);
  }
}

/**
 * The rows of some objects that `wants` asks for.
 * @throws TooManyEvents when there are more than `most`.
 */
export async function readRows(
  objects: ObjectReader,
  files: readonly LakeFile[],
  enrichments: readonly LakeFile[],
  wants: (row: Place) => boolean,
  most = Number.POSITIVE_INFINITY,
): Promise<Needed[]> {
  const all: Needed[] = [];
  await eachOf(
    files,
    // Each remembers one list of addresses only.
    (file) => rowsOf(objects, file, enrichmentReader(objects.lake, enrichments), wants),
    (rows) => {
      if (all.length + rows.length > most) throw new TooManyEvents(most);
      for (const row of rows) all.push(row);
    },
  );
  return all;
}

/** Looks at where each row of some objects lies. */
export async function lookAtRows(
  objects: ObjectReader,
  files: readonly LakeFile[],
  look: (row: Place, file: LakeFile) => void,
): Promise<void> {
  await eachOf(
    files,
    async (file) => ({ file, columns: await readColumns(await objects.read(file), PLACE) }),
    ({ file, columns }) => {
      for (let row = 0; row < columns.visit_id.length; row++) look(placeAt(columns, row), file);
    },
  );
}
