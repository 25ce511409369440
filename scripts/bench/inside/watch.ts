// Counts billable use: wraps bindings without changing their behaviour.

import type { Tally } from "../tally";

/** Counts since the isolate began. */
export const tally: Tally = {
  worker_requests: 0,
  hub_requests: 0,
  analyst_requests: 0,
  hub_rows_written: 0,
  hub_rows_read: 0,
  queue_operations: 0,
  d1_rows_written: 0,
  d1_rows_read: 0,
  r2_class_a: 0,
  r2_class_b: 0,
  workflow_steps: 0,
  events: 0,
  journal_rows: 0,
  checkpoint_rows: 0,
  alarms_set: 0,
  messages: 0,
  message_bytes: 0,
  deliveries: 0,
};

/** What has been counted since. */
export const since = (before: Tally): Tally =>
  Object.fromEntries(
    Object.entries(tally).map(([name, count]) => [name, count - before[name as keyof Tally]]),
  ) as unknown as Tally;

type Method = (...args: unknown[]) => unknown;

/** Runs `note` with each result and arguments of a method, for all objects of a prototype. */
function watch(prototype: object, name: string, note: (result: unknown, args: unknown[]) => void): void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name]!;
  methods[name] = function (this: unknown, ...args: unknown[]) {
    const result = original.apply(this, args);
    note(result, args);
    return result;
  };
}

/** A cursor knows its rows only after it has been read to the end. */
let cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];

/** Adds up the rows of the cursors. Call it while none is being read. */
export function settle(): void {
  for (const cursor of cursors) {
    tally.hub_rows_written += cursor.rowsWritten;
    tally.hub_rows_read += cursor.rowsRead;
  }
  cursors = [];
}

let watched = false;

/** Counts rows and alarms of every Durable Object in this isolate. */
export function watchStorage(storage: DurableObjectStorage): void {
  if (watched) return;
  watched = true;
  watch(Object.getPrototypeOf(storage.sql), "exec", (cursor, [sql]) => {
    cursors.push(cursor as SqlStorageCursor<Record<string, SqlStorageValue>>);
    if (/^\s*INSERT INTO journal/.test(String(sql))) tally.journal_rows += 1;
    if (/^\s*INSERT INTO (visitor_rows|seen)/.test(String(sql))) tally.checkpoint_rows += 1;
  });
  for (const name of ["setAlarm", "deleteAlarm"])
    watch(Object.getPrototypeOf(storage), name, () => {
      tally.hub_rows_written += 1;
      tally.alarms_set += 1;
    });
}

/** Bytes per billed queue operation, and the overhead of each message. */
const OPERATION_BYTES = 64_000;
const MESSAGE_METADATA_BYTES = 100;

function countedQueue(queue: Queue): Queue {
  return {
    ...queue,
    send(body, options) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const bytes = new TextEncoder().encode(text).length + MESSAGE_METADATA_BYTES;
      tally.messages += 1;
      tally.message_bytes += bytes;
      // Written, read, deleted.
      tally.queue_operations += 3 * Math.ceil(bytes / OPERATION_BYTES);
      return queue.send(body, options);
    },
  };
}

const R2_CLASS: Record<string, "r2_class_a" | "r2_class_b"> = {
  put: "r2_class_a",
  list: "r2_class_a",
  createMultipartUpload: "r2_class_a",
  get: "r2_class_b",
  head: "r2_class_b",
};

const countedBucket = (bucket: R2Bucket): R2Bucket =>
  new Proxy(bucket, {
    get(target, name) {
      const method = target[name as "get"] as unknown as Method;
      const unit = R2_CLASS[String(name)];
      return (...args: unknown[]) => {
        if (unit) tally[unit] += 1;
        return method.apply(target, args);
      };
    },
  });

function noteMeta({ meta }: D1Result): void {
  tally.d1_rows_written += meta.rows_written;
  tally.d1_rows_read += meta.rows_read;
}

const unwrapped = new WeakMap<object, D1PreparedStatement>();

/** `all`, `run` and batches report their cost. `first` and `raw` only read, so they run a second time to get it. */
function countedStatement(statement: D1PreparedStatement): D1PreparedStatement {
  const counted = {
    bind: (...values: unknown[]) => countedStatement(statement.bind(...values)),
    async all() {
      const result = await statement.all();
      noteMeta(result);
      return result;
    },
    async run() {
      const result = await statement.run();
      noteMeta(result);
      return result;
    },
    async first(column: string) {
      noteMeta(await statement.all());
      return column === undefined ? statement.first() : statement.first(column);
    },
    async raw(options: { columnNames: false }) {
      noteMeta(await statement.all());
      return statement.raw(options);
    },
  } as unknown as D1PreparedStatement;
  unwrapped.set(counted, statement);
  return counted;
}

const countedDatabase = (db: D1Database): D1Database =>
  ({
    prepare: (sql: string) => countedStatement(db.prepare(sql)),
    // Never called, but better-auth recognizes D1 by it.
    exec: (sql: string) => db.exec(sql),
    async batch(statements: D1PreparedStatement[]) {
      const results = await db.batch(statements.map((statement) => unwrapped.get(statement) ?? statement));
      for (const result of results) noteMeta(result);
      return results;
    },
  }) as D1Database;

const counted = new WeakMap<Cloudflare.Env, Cloudflare.Env>();

/** The same bindings, counted. */
export function countedEnv(env: Cloudflare.Env): Cloudflare.Env {
  const known = counted.get(env);
  if (known) return known;
  const made = {
    ...env,
    EVENTS: countedQueue(env.EVENTS),
    LAKE: countedBucket(env.LAKE),
    DB: countedDatabase(env.DB),
  };
  counted.set(env, made);
  return made;
}
