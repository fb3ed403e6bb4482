import type { Database } from "@gift/core/database/database";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresDialect,
  type QueryResult,
} from "kysely";
import type { VirtualClock } from "../../support/virtual-time/clock.ts";
import { currentProcess, outside } from "../../support/virtual-time/process.ts";
import type { Random } from "../../support/virtual-time/random.ts";
import type { DatabaseFaults } from "./program.ts";
import type { Session } from "./session.ts";

export interface RemoteDatabaseOptions {
  readonly session: Session;
  readonly clock: VirtualClock;
  readonly random: Random;
  /** Asked before each statement, so that a test can heal. */
  faults(): DatabaseFaults;
}

export const calmDatabase: DatabaseFaults = { away: 0, answerLost: 0 };

/** As pg reports a server that can't be reached. */
class ConnectionRefusedError extends Error {
  readonly code = "ECONNREFUSED";
}

/**
 * Postgres as a process sees it, at the other end of a network: a statement takes time on its way, and one whose
 * process dies meanwhile is done or not, and nobody hears of it.
 */
export function openRemoteDatabase(options: RemoteDatabaseOptions): Kysely<Database> {
  return new Kysely<Database>({ dialect: new RemoteDialect(options) });
}

class RemoteDialect extends PostgresDialect {
  readonly #options: RemoteDatabaseOptions;

  constructor(options: RemoteDatabaseOptions) {
    super({ pool: () => Promise.reject(new Error("the session is opened already")) });
    this.#options = options;
  }

  override createDriver(): Driver {
    const refuse = () => Promise.reject(new Error("simulated processes have no transactions of several statements"));
    const connection: DatabaseConnection = {
      executeQuery: (query) => overTheNetwork(this.#options, query),
      streamQuery: () => {
        throw new Error("simulated processes don't stream");
      },
    };
    return {
      init: () => Promise.resolve(),
      acquireConnection: () => Promise.resolve(connection),
      beginTransaction: refuse,
      commitTransaction: refuse,
      rollbackTransaction: refuse,
      releaseConnection: () => Promise.resolve(),
      destroy: () => Promise.resolve(),
    };
  }
}

function overTheNetwork<Row>(
  { session, clock, random, faults }: RemoteDatabaseOptions,
  query: CompiledQuery,
): Promise<QueryResult<Row>> {
  const caller = currentProcess();
  const { promise, resolve, reject } = Promise.withResolvers<QueryResult<Row>>();
  const way = () => 0.5 + random() * 3;
  const arrive = (settle: () => void) => {
    const deliver = () => clock.setTimer(settle, way());
    if (caller) caller.run(deliver);
    else deliver();
  };
  const request = async () => {
    const { away, answerLost } = faults();
    if (random() < away) return arrive(() => reject(new ConnectionRefusedError("connect ECONNREFUSED")));
    const isAnswered = random() >= answerLost;
    try {
      const result = await clock.real(session.execute<Row>(query, Date.now()));
      if (isAnswered) arrive(() => resolve(result));
      else arrive(() => reject(new Error("Connection terminated unexpectedly")));
    } catch (err) {
      arrive(() => reject(err));
    }
  };
  outside(() => clock.setTimer(() => void request(), way()));
  return promise;
}
