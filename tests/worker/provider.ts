import { openDatabase } from "@gift/core/database/database";
import type { Sender } from "@gift/worker/sender/sender";
import { createSimulatedSender, type SimulatedSenderOptions } from "@gift/worker/sender/simulated-sender";
import type { TestDatabase } from "../support/database.ts";

/** A simulated provider without latency and failures, unless a test asks for them. */
export function openProvider(
  connection: TestDatabase["connection"],
  options: Partial<Omit<SimulatedSenderOptions, "db">> = {},
): Sender {
  return createSimulatedSender({
    db: openDatabase({ ...connection, applicationName: "simulated-provider", maxConnections: 4 }),
    failureRate: 0,
    areTestValuesAllowed: true,
    latency: { least: 0, most: 0 },
    ...options,
  });
}

/** Random numbers that are chosen: each call takes the next, the last one stays. */
export function chosen(...numbers: number[]): () => number {
  let index = 0;
  return () => numbers[Math.min(index++, numbers.length - 1)] ?? 0;
}
