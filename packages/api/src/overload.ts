import type { IncomingMessage } from "node:http";
import type { Log } from "@gift/telemetry/logger";
import { OverloadedError } from "./request-error.ts";

/** In a flood, a line per refusal would be the next flood. */
const reportIntervalMilliseconds = 10_000;

/** A task that refuses some requests is alive, and stays in service for those that it takes. */
const alwaysTaken = /^\/(healthz|readyz)(\?|$)/;

export interface Overload {
  /** @throws OverloadedError when so many requests are being answered that this one would wait too long */
  refuse(req: IncomingMessage, inFlight: number): void;
}

/**
 * Refuses requests at once while too many are being answered: with Postgres slow, each one more would only make all of
 * them later, until clients give up on answers that are still being worked on.
 * @param maxInFlight requests answered at once, this one included
 */
export function createOverload(log: Log, maxInFlight: number): Overload {
  let refused = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  const report = () => {
    refused += 1;
    if (performance.now() - reportedAt < reportIntervalMilliseconds) return;
    log("http.overloaded", { refused, most_in_flight: maxInFlight });
    [refused, reportedAt] = [0, performance.now()];
  };
  return {
    refuse(req, inFlight) {
      if (inFlight <= maxInFlight || alwaysTaken.test(req.url ?? "")) return;
      report();
      throw new OverloadedError();
    },
  };
}
