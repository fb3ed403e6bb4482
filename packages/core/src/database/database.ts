import { Kysely, PostgresDialect, type PostgresPool } from "kysely";
import { Client, Pool } from "pg";
import type { ApiKeyTable, ApiKeyUseTable } from "../api-key/api-key.table.ts";
import type { DeadLetterTable } from "../dead-letter/dead-letter.table.ts";
import type { ErrorFingerprintTable } from "../dead-letter/error-fingerprint.table.ts";
import type { GiftTable } from "../gift/gift.table.ts";
import type { RequeueTable } from "../gift/requeue.table.ts";
import type { OutboxTable } from "../outbox/outbox.table.ts";
import type { SendAttemptTable } from "../send-attempt/send-attempt.table.ts";
import type { SendRequestTable } from "../send-request/send-request.table.ts";
import { nameStatements } from "./named-statement.ts";
import { closeSilentConnections } from "./silent-connection.ts";

export interface Database {
  gifts: GiftTable;
  send_requests: SendRequestTable;
  outbox: OutboxTable;
  send_attempts: SendAttemptTable;
  dead_letters: DeadLetterTable;
  error_fingerprints: ErrorFingerprintTable;
  requeues: RequeueTable;
  api_keys: ApiKeyTable;
  api_key_uses: ApiKeyUseTable;
}

export interface DatabaseOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** A fixed password, or a function asked for a fresh one per connection (RDS IAM tokens live 15 minutes). */
  readonly password?: string | (() => Promise<string>);
  /** CA certificates in PEM; present means TLS with full verification. */
  readonly certificateAuthority?: string;
  readonly maxConnections: number;
  /** Most seconds for one statement; 10 unless given. Migrations wait and work longer than a request may. */
  readonly statementTimeoutSeconds?: number;
  /** False behind RDS Proxy, which pins a connection to whoever names a statement on it; true unless given. */
  readonly namesStatements?: boolean;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Told of a connection that broke while no statement was running on it; the pool drops it. */
  onConnectionLost?(err: Error): void;
  /** Around every acquisition of a connection, e.g. to measure it: resolves with what `acquire` resolves with. */
  aroundAcquire?<Connection>(acquire: () => Promise<Connection>): Promise<Connection>;
}

/**
 * For connections that keep plans: every statement of the hot path goes by keys, so one plan is right for all its
 * parameters, and it is one that reads no table from end to end. A value that picks a partial index (a status) is
 * therefore written into the text with `sql.lit`: the one plan can't know a parameter. Left to itself Postgres plans a
 * statement over a few rows anew each time, which makes a lone send 0.25 ms slower; and while a table's statistics are
 * missing (a new stage's first minute, a major upgrade) it reads all of it: 30 sends among 300,000 gifts took 75 ms,
 * and 1 ms this way.
 */
const planning = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

/**
 * Opens a pool of connections; connects on first use. `destroy()` waits for queries in flight.
 * @param options where, as whom and how many
 */
export function openDatabase(options: DatabaseOptions): Kysely<Database> {
  const { statementTimeoutSeconds = 10, namesStatements = true } = options;
  const pool = new Pool({
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: options.password,
    ssl: options.certificateAuthority ? { ca: options.certificateAuthority } : false,
    max: options.maxConnections,
    application_name: options.applicationName,
    ...(namesStatements && { options: planning }),
    keepAlive: true,
    // Waiting for a connection counts as the database being away, and callers have a retry of their own.
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementTimeoutSeconds * 1_000,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 10_000,
    // Longer than statement_timeout: only a server that no longer answers gets this far.
    query_timeout: (statementTimeoutSeconds + 2) * 1_000,
  });
  // pg-pool listens to idle connections only. One that breaks between checkout and its first statement would emit an
  // unheard "error" and end the process; heard, its statement fails and the pool drops it on release.
  pool.on("connect", (client) => client.on("error", (err) => options.onConnectionLost?.(err)));
  // Said a second time for a connection that broke while idle.
  pool.on("error", () => undefined);
  closeSilentConnections(pool);
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: asKyselyPool(pool, options) }) });
}

/** The pool as Kysely takes it. `Client` and `options` are what Kysely cancels a statement with. */
function asKyselyPool(pool: Pool, { aroundAcquire, namesStatements = true }: DatabaseOptions): PostgresPool {
  const acquire = aroundAcquire ? () => aroundAcquire(() => pool.connect()) : () => pool.connect();
  return {
    Client,
    options: pool.options,
    connect: namesStatements ? async () => nameStatements(await acquire()) : acquire,
    end: () => pool.end(),
  };
}
