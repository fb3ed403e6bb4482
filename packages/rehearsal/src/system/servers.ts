import { type Database, openDatabase } from "@gift/core/database/database";
import type { QueueName } from "@gift/fleet/fleet";
import type { DatabaseLink } from "@gift/local/database-link";
import type { ProcessSpec } from "@gift/local/process/process-spec";
import { ensureQueues, type QueueUrls } from "@gift/local/sqs/queues";
import { createDatabase, migrateDatabase } from "@gift/local/stack/database";
import { emulatorSpec, postgresSpec } from "@gift/local/stack/embedded";
import type { Kysely } from "kysely";
import type { AtEnd } from "./ending.ts";
import { createObserverClient, type QueueDepth, readQueueDepth } from "./queue-depth.ts";

/** Postgres and SQS, with what looks into them from outside of the services. */
export interface Servers<Process> {
  readonly processes: readonly Process[];
  readonly link: DatabaseLink;
  readonly database: Kysely<Database>;
  readonly queueUrls: QueueUrls;
  /** Asks the emulator itself. */
  readDepth(queue: QueueName): Promise<QueueDepth>;
}

/** A process that is kept running. */
interface Supervised {
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

export interface ServerOptions<Process extends Supervised> {
  /** Prepared, and theirs alone. */
  readonly folder: string;
  /** Of the sessions that look on, in `pg_stat_activity`. */
  readonly observerName: string;
  start(spec: ProcessSpec): Process;
  readonly atEnd: AtEnd;
}

/**
 * Starts both, with the schema and the queues of the fleet.
 * @throws StackError when one can't start
 */
export async function startServers<Process extends Supervised>(
  options: ServerOptions<Process>,
): Promise<Servers<Process>> {
  const { folder, atEnd } = options;
  const [database, queue] = await Promise.all([postgresSpec(folder), emulatorSpec(folder)]);
  const processes = [database.spec, queue.spec].map((spec) => options.start(spec));
  for (const process of processes) atEnd(() => process.stop());
  await Promise.all(processes.map(({ ready }) => ready));
  await createDatabase(database.link);
  await migrateDatabase(database.link);
  const queueUrls = await ensureQueues(queue.endpoint);
  return { processes, link: database.link, queueUrls, ...observe(database.link, queueUrls, options) };
}

function observe(
  { host, port, database: name, username: user, password }: DatabaseLink,
  queueUrls: QueueUrls,
  { observerName: applicationName, atEnd }: Pick<ServerOptions<Supervised>, "observerName" | "atEnd">,
) {
  const database = openDatabase({ host, port, database: name, user, password, maxConnections: 3, applicationName });
  atEnd(() => database.destroy());
  const client = createObserverClient(new URL(queueUrls.gift).origin);
  atEnd(() => Promise.resolve(client.destroy()));
  return { database, readDepth: (queue: QueueName) => readQueueDepth(client, queueUrls[queue]) };
}
