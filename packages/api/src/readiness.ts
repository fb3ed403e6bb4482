import type { Database } from "@gift/core/database/database";
import { isDatabaseBusy, isDatabaseUnavailable } from "@gift/core/database/unavailable";
import { isSchemaReady } from "@gift/core/migration/schema-version";
import type { Kysely } from "kysely";

export const notReadyReasons = ["draining", "database_unreachable", "schema_outdated"] as const;

/** Why this process should not be sent requests now, or undefined when it should. */
export type Readiness = () => Promise<(typeof notReadyReasons)[number] | undefined>;

/** Below a load balancer's check timeout (5 s), so that the reason gets through instead of a timeout. */
export const probeTimeoutSeconds = 2;

/** Anybody may ask: however many do, Postgres is asked so seldom. A load balancer's node asks every 10 s. */
const keptMilliseconds = 1_000;

export interface ReadinessOptions {
  /**
   * One connection that nothing else uses: in the requests' pool a probe would wait behind them, and a task that is
   * busy would leave service, which makes the others busier.
   */
  readonly db: Kysely<Database>;
  /** True from SIGTERM on. */
  isDraining(): boolean;
  /** Milliseconds on a clock that never goes back. */
  now?(): number;
}

/**
 * Creates the answer to whether this process should be sent requests. One probe of the database is under way at a time;
 * all who ask meanwhile, and for a second after it, are told the same.
 * @returns a function that rejects with whatever the database says that isn't about being away
 */
export function createReadiness({ db, isDraining, now = () => performance.now() }: ReadinessOptions): Readiness {
  let probe: ReturnType<Readiness> | undefined;
  let keptUntil = 0;
  return async () => {
    if (isDraining()) return "draining";
    if (!probe || now() >= keptUntil) {
      keptUntil = Number.POSITIVE_INFINITY;
      probe = probeDatabase(db).finally(() => {
        keptUntil = now() + keptMilliseconds;
      });
    }
    return await probe;
  };
}

async function probeDatabase(db: Kysely<Database>): ReturnType<Readiness> {
  try {
    return (await inTime(isSchemaReady(db))) ? undefined : "schema_outdated";
  } catch (err) {
    const isAway = err instanceof TimeoutError || isDatabaseUnavailable(err) || isDatabaseBusy(err);
    if (isAway) return "database_unreachable";
    throw err;
  }
}

class TimeoutError extends Error {}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new TimeoutError()), probeTimeoutSeconds * 1_000);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
