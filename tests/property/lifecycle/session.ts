import { type Database, type DatabaseOptions, openDatabase } from "@gift/core/database/database";
import {
  type CompiledQuery,
  type Kysely,
  type KyselyPlugin,
  OperationNodeTransformer,
  type QueryResult,
  type RawNode,
  sql,
  type Transaction,
} from "kysely";

export type Connection = Pick<DatabaseOptions, "host" | "port" | "database" | "user">;

/**
 * One real session of Postgres for all simulated processes: one statement at a time, in an order that the seed decides.
 */
export interface Session {
  readonly db: Kysely<Database>;
  /** Runs a compiled statement at this instant of the virtual clock, in milliseconds since 1970. */
  execute<Row>(query: CompiledQuery, now: number): Promise<QueryResult<Row>>;
  /** Runs a transaction at this instant, as `execute` does. */
  transact<Result>(work: (trx: Transaction<Database>) => Promise<Result>, now: number): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Opens the session and writes down every change of a gift's state from now on.
 * @param connection a migrated database of the caller's own
 */
export async function openSession(connection: Connection): Promise<Session> {
  const pool = openDatabase({ ...connection, maxConnections: 1, applicationName: "properties" });
  const opened = Promise.withResolvers<Kysely<Database>>();
  const ending = Promise.withResolvers<void>();
  // Held for good: a pool would close an idle connection whenever virtual time has passed.
  const held = pool.connection().execute(async (db) => {
    opened.resolve(db);
    await ending.promise;
  });
  const db = await Promise.race([opened.promise, held.then(() => opened.promise)]);
  await recordTransitions(db);
  return {
    db,
    execute: <Row>(query: CompiledQuery, now: number) => db.executeQuery<Row>(atInstant<Row>(query, now)),
    transact: (work, now) => db.transaction().execute((trx) => work(trx.withPlugin(atThisInstant(now)))),
    async close() {
      ending.resolve();
      await held;
      await pool.destroy();
    },
  };
}

/**
 * Statements compare rows with `now()`: here it is the virtual clock's, as one more parameter, because a text of its
 * own per call would be a prepared statement of its own per call. Columns' defaults keep Postgres's own time.
 */
function atInstant<Row>(query: CompiledQuery, now: number): CompiledQuery<Row> {
  if (!query.sql.includes("now()")) return query;
  const parameters = [...query.parameters, now / 1_000];
  return { ...query, sql: query.sql.replaceAll("now()", `to_timestamp($${parameters.length}::float8)`), parameters };
}

/** `atInstant` for statements that are compiled out of our sight. */
function atThisInstant(now: number): KyselyPlugin {
  const transformer = new (class extends OperationNodeTransformer {
    protected override transformRaw(node: RawNode): RawNode {
      const raw = super.transformRaw(node);
      const sqlFragments = raw.sqlFragments.map((text) => text.replaceAll("now()", `to_timestamp(${now / 1_000})`));
      return { ...raw, sqlFragments };
    }
  })();
  return {
    transformQuery: ({ node }) => transformer.transformNode(node),
    transformResult: ({ result }) => Promise.resolve(result),
  };
}

/** Postgres itself keeps the record: no code under test can forget a transition, or make one unseen. */
async function recordTransitions(db: Kysely<Database>): Promise<void> {
  await sql`
    create table transitions (
      id bigint generated always as identity, gift_id uuid, from_status text, to_status text,
      from_request text, to_request text
    )`.execute(db);
  await sql`
    create function record_transition() returns trigger language plpgsql as $$
    begin
      insert into transitions (gift_id, from_status, to_status, from_request, to_request)
      values (new.id, old.status, new.status, old.request_id, new.request_id);
      return new;
    end $$`.execute(db);
  await sql`
    create trigger record_transition after update on gifts for each row
    when (old.status <> new.status or old.request_id is distinct from new.request_id)
    execute function record_transition()`.execute(db);
}

/** Empties every table: each case begins with nothing. */
export async function empty(db: Kysely<Database>): Promise<void> {
  for (const table of ["transitions", "send_attempts", "dead_letters", "outbox", "send_requests", "gifts"])
    await sql`delete from ${sql.table(table)}`.execute(db);
}
