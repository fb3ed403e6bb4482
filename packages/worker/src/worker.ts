import { fleet, type WorkerName } from "@gift/fleet/fleet";
import { openLinkedDatabase } from "@gift/link/database";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import { createPoolMetric } from "@gift/telemetry/pool-metric";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import type { Config } from "./config.ts";
import { startLinkedDeadLettersRole } from "./role/dead-letters.ts";
import { startLinkedGiftRole } from "./role/gift.ts";
import { startLinkedOutboxRole } from "./role/outbox.ts";
import type { Foundation, Role } from "./role/role.ts";
import { startTaskProtection } from "./task-protection.ts";

/**
 * Connections for our own statements. All slots share them: a send that succeeds is two statements of about 1 ms, each
 * shared with what is in hand beside it and one of a kind in flight, so few are busy at a time. More would only move
 * the queue from the pool into Postgres, whose smallest instance has 80 connections for all tasks.
 */
const maxConnections = 8;

/** Kept of the stop timeout for closing connections after the roles have ended. */
const closingMilliseconds = 5_000;

/** How each role starts. */
const starts: Readonly<Record<WorkerName, (foundation: Foundation) => Promise<Role> | Role>> = {
  gift: startLinkedGiftRole,
  outbox: startLinkedOutboxRole,
  "dead-letters": startLinkedDeadLettersRole,
};

/** From SIGTERM to SIGKILL: as long as the slowest of the process's roles is granted. */
export function stopTimeoutSecondsOf(config: Config): number {
  return Math.max(...config.roles.map((name) => fleet.services[name].stopTimeoutSeconds));
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
  const roles = await Promise.all(config.roles.map((name) => starts[name]({ config, log, db })));
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
