// Merges the tables that the pipeline writes per run into one per day.
import { TECH_COLUMNS, TECH_FACTS, TECHSTACK_COLUMNS, type TechstackRow } from "../counts/techstack";
import { type EnrichmentRow, IP_ENRICHMENT_COLUMNS } from "../networks/enrichment";
import { IP_LIST_COLUMNS, type IpRow } from "../networks/ip-list";
import type { TableZone } from "./compaction";
import { type Columns, tableFromParquet, tableToParquet } from "./table-parquet";

interface Table<Row> {
  columns: Columns<Row>;
  /** Rows with the same values in these columns become one. */
  keys: readonly (keyof Row & string)[];
  sums: readonly (keyof Row & string)[];
  least: readonly (keyof Row & string)[];
  /** The other columns come from the row with the greatest value here; null where there are no others. */
  latest: (keyof Row & string) | null;
}

const TECHSTACK: Table<TechstackRow> = {
  columns: TECHSTACK_COLUMNS,
  keys: ["day", ...TECH_COLUMNS, "firsts"],
  sums: TECH_FACTS,
  least: [],
  latest: null,
};
const IP_LIST: Table<IpRow> = {
  columns: IP_LIST_COLUMNS,
  keys: ["day", "ip"],
  sums: ["hits"],
  least: ["first_seen"],
  latest: "last_seen",
};
/** An address has a row for each outcome of its lookups, so that a failure stays recorded. */
const IP_ENRICHMENT: Table<EnrichmentRow> = {
  columns: IP_ENRICHMENT_COLUMNS,
  keys: ["ip", "provider", "status"],
  sums: [],
  least: [],
  latest: "enriched_at",
};

type Cells = Record<string, unknown>;

/** One row of two with the same keys. */
function combine<Row>({ sums, least, latest }: Table<Row>, a: Cells, b: Cells): Cells {
  const late = latest !== null && (b[latest] as number) > (a[latest] as number) ? b : a;
  const sum = (name: string) => (a[name] as number) + (b[name] as number);
  return {
    ...late,
    ...Object.fromEntries(sums.map((name) => [name, sum(name)])),
    ...Object.fromEntries(least.map((name) => [name, Math.min(a[name] as number, b[name] as number)])),
  };
}

export interface MergedTable {
  rows: number;
  body: ArrayBuffer;
}

async function merge<Row>(
  table: Table<Row>,
  files: readonly ArrayBuffer[],
  rewrite: (row: Cells) => Cells | null,
): Promise<MergedTable> {
  const merged = new Map<string, Cells>();
  for (const file of files)
    for (const read of await tableFromParquet(table.columns, file)) {
      const row = rewrite(read as Cells);
      if (row === null) continue;
      const key = JSON.stringify(table.keys.map((name) => row[name]));
      const known = merged.get(key);
      merged.set(key, known ? combine(table, known, row) : row);
    }
  const rows = [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row as Row);
  return { rows: rows.length, body: tableToParquet(table.columns, rows) };
}

/** Changes to a table of addresses. */
export interface AddressRules {
  /** The address to write instead of a row's own; null removes the row. */
  addressOf: (ip: string, day: string | null) => string | null;
}

/** The rows of some tables of a zone as one table without duplicates. The order of files matters only among equal rows. */
export function mergeTables(
  zone: TableZone,
  files: readonly ArrayBuffer[],
  rules: AddressRules = { addressOf: (ip) => ip },
): Promise<MergedTable> {
  if (zone === "techstack") return merge(TECHSTACK, files, (row) => row);
  const rewrite = (row: Cells): Cells | null => {
    const ip = rules.addressOf(row.ip as string, (row.day as string | undefined) ?? null);
    return ip === null ? null : { ...row, ip };
  };
  return zone === "ip_list" ? merge(IP_LIST, files, rewrite) : merge(IP_ENRICHMENT, files, rewrite);
}
