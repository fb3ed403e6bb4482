import { fleet, type WorkerName, workerNames } from "@gift/fleet/fleet";
import { openLinkedDatabase } from "@gift/link/database";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import { createPoolMetric } from "@gift/telemetry/pool-metric";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import type { Config } from "./config.ts";
import type { Role } from "./role/role.ts";
import { startTaskProtection } from "./task-protection.ts";
import { type Foundation, wiring } from "./wiring.ts";

/**
 * Connections for our own statements. All slots share them: a send that succeeds is two statements of about 1 ms, each shared with
 * what is in hand beside it and one of a kind in flight, so few are busy at a time. More would only move the queue from the pool into
 * Postgres, whose smallest instance has 80 connections for all tasks.
 */
const maxConnections = 8;

/** Kept of the stop timeout for closing connections after the roles have ended. */
const closingMilliseconds = 5_000;

/** From SIGTERM to SIGKILL: as long as the slowest of the process's roles is granted. */
export function stopTimeoutSecondsOf(config: Config): number {
  const names = workerNames.filter((name) => config.roles[name]);
  return Math.max(...names.map((name) => fleet.services[name].stopTimeoutSeconds));
}

/**
 * Starts the roles that the configuration asks for.
 * @returns how to stop them: nothing is in flight and nothing is open when it resolves
 */
export async function startWorker(config: Config, log: Log): Promise<() => Promise<void>> {
  const pool = createPoolMetric("worker");
  const db = openLinkedDatabase(config.database, {
    applicationName: "worker",
    maxConnections,
    aroundAcquire: pool.aroundAcquire,
    onConnectionLost: (err) => log("database.connection_lost", errorFields(err)),
  });
  const roles = await startRoles({ config, log, db });
  const stopGauges = sampleGauges(pool.sample);
  const inHand = () => roles.reduce((sum, role) => sum + role.inHand(), 0);
  const protection = config.ecsAgentUri && startTaskProtection({ agentUri: config.ecsAgentUri, inHand, log });
  const deadlineMilliseconds = stopTimeoutSecondsOf(config) * 1_000 - closingMilliseconds;
  return async () => {
    await Promise.all(roles.map((role) => role.stop(deadlineMilliseconds)));
    if (protection) await protection.stop();
    await stopGauges();
    await db.destroy();
  };
}

async function startRoles(foundation: Foundation): Promise<Role[]> {
  const roles = await Promise.all(workerNames.map((name) => startRole(name, foundation)));
  return roles.filter((role) => role !== undefined);
}

/** Undefined when the role isn't asked for. */
async function startRole<Name extends WorkerName>(name: Name, foundation: Foundation): Promise<Role | undefined> {
  const link = foundation.config.roles[name];
  return link && (await wiring[name](foundation, link));
}
