import { openLinkedDatabase } from "@gift/link/database";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import { Access } from "./access/access.ts";
import type { Config } from "./config.ts";
import { createApp } from "./http/app.ts";
import { listen } from "./http/server.ts";
import { databaseReader } from "./live/database-figures.ts";
import { readQueueFigures } from "./live/queue-figures.ts";
import { Watch } from "./live/watch.ts";

/** A round asks eight things at once and shares them with whoever opens a page. */
const maxConnections = 4;

/** A question that takes longer than this is one for `bun run ops` or the database's owner. */
const statementTimeoutSeconds = 5;

const drainMilliseconds = 6_000;

export interface RunningConsole {
  readonly port: number;
  /** How many live pages are open. */
  watchers(): number;
  /** Ends the streams and resolves when nothing is in flight. */
  stop(): Promise<void>;
}

/**
 * Starts the operator page.
 * @returns how to stop it
 * @throws Error when it can't listen; sources that are away are not an error here, the page tells
 */
export async function startConsole(config: Config, log: Log): Promise<RunningConsole> {
  const db = openLinkedDatabase(config.database, {
    applicationName: "console",
    maxConnections,
    statementTimeoutSeconds,
    onConnectionLost: (err) => log("database.connection_lost", errorFields(err)),
  });
  // No retries: the next round asks again.
  const client = createSqsClient({ requestTimeoutMilliseconds: 2_000, maxAttempts: 1 });
  const stopping = new AbortController();
  const watch = new Watch({
    readDatabase: databaseReader(db),
    readQueues: () => readQueueFigures(client, config),
  });
  const access = new Access(config);
  const app = createApp({ db, watch, access, log, stage: config.stage, stopping: stopping.signal });
  const server = await listen(app, config);
  return {
    port: server.port,
    watchers: () => watch.watchers,
    async stop() {
      stopping.abort();
      await server.close(drainMilliseconds);
      client.destroy();
      await db.destroy();
    },
  };
}
